import type { OperatorChangeContext } from "#domain/context.ts";
import { notFound } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import { failingClusters } from "./failing-clusters.ts";

/** Ends a failure on demand; what it held up goes on. Throws `not_found` when it has ended already. */
export async function clearFailure(
  { site }: OperatorChangeContext,
  failureId: string,
): Promise<void> {
  const id = keyOf(failureId);
  const cleared = await Promise.all(
    failingClusters(site).map((cluster) => cluster.clearFailures(id)),
  );
  if (cleared.every((count) => count === 0)) throw notFound("failure");
}

import { DomainError } from "#domain/errors.ts";
import { ClusterUnavailable } from "#ports/cluster.ts";

/** What the caller is told of a cluster that does not answer; any other failure stays as it is. */
export function clusterAway(error: unknown, region: string): unknown {
  if (!(error instanceof ClusterUnavailable)) return error;
  return new DomainError(
    "unavailable",
    `The cluster in ${region} does not answer. Try again in a moment.`,
    { retryAfterSeconds: 5 },
  );
}

import { and, eq, isNull } from "drizzle-orm";
import { resources } from "#db/schema/resources.ts";
import { knownRegion } from "#domain/catalogue/check-choice.ts";
import type { OperatorChangeContext } from "#domain/context.ts";
import { DomainError, InputError } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import type { FailureKind } from "#ports/failure-injection.ts";
import { failingClusters } from "./failing-clusters.ts";
import { presentFailures } from "./present-failures.ts";

interface Input {
  region: string;
  failure: FailureKind;
  resourceId?: string | undefined;
  image?: string | undefined;
  count?: number | undefined;
  exitCode?: number | undefined;
}

/**
 * Makes a simulated region fail: on every cluster of it, or on the resource's. Answers the first of them; the list has
 * them all. Throws `not_simulated`, `invalid_input`.
 */
export async function injectFailure({ tx, site }: OperatorChangeContext, input: Input) {
  const region = knownRegion(site.catalogue, input.region);
  const simulated = failingClusters(site, region);
  if (simulated.length === 0) {
    throw new DomainError(
      "not_simulated",
      `The clusters of ${region} are real: they do not fail on demand.`,
    );
  }
  const struck = input.resourceId === undefined ? null : await find(tx, region, input.resourceId);
  const reference =
    input.image === undefined
      ? undefined
      : (site.catalogue.image(input.image)?.reference ?? input.image);
  const request = {
    failure: input.failure,
    match: {
      ...(struck === null ? {} : { resourceId: struck.id }),
      ...(reference === undefined ? {} : { image: reference }),
    },
    ...(input.count === undefined ? {} : { count: input.count }),
    ...(input.exitCode === undefined ? {} : { exitCode: input.exitCode }),
  };
  const clusters = simulated.filter(({ id }) => struck === null || id === struck.clusterId);
  const injected = await Promise.all(clusters.map((cluster) => cluster.injectFailure(request)));
  const [first] = await presentFailures(site, tx.db, injected);
  return first!;
}

async function find({ db }: OperatorChangeContext["tx"], region: string, resourceId: string) {
  const [row] = await db
    .select({ id: resources.id, clusterId: resources.clusterId })
    .from(resources)
    .where(
      and(
        eq(resources.id, keyOf(resourceId)),
        eq(resources.region, region),
        isNull(resources.deletedAt),
      ),
    );
  if (row !== undefined) return row;
  throw new InputError([
    {
      pointer: "/resourceId",
      code: "unknown_resource",
      message: `there is no notebook or container ${resourceId} in ${region}`,
    },
  ]);
}

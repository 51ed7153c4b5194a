import type { Action, Service } from "@aifactory/sdk/policy";
import { flavorFits, type Flavor } from "#domain/catalogue/catalogue.ts";
import { countFitting } from "#domain/catalogue/fit.ts";
import { availableIn, readStock, type Stock } from "#domain/catalogue/stock.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import type { Cluster } from "#ports/cluster.ts";

export interface StockClaim {
  flavor: Flavor;
  service: Service;
  region: string;
  /** The only cluster that will do, because its storage is there. */
  clusterId?: string;
  /** A resource that gives up its own claim for this one. */
  without?: string;
}

const MAX_ALTERNATIVES = 10;

/**
 * Finds the cluster of the region with the most room for a flavor (CAT-3). The region's stock stays locked until the
 * transaction ends, so that of two requests for the last GPU one is refused. Throws `out_of_stock`, `unavailable`.
 */
export async function requireStock(ctx: ChangeContext, claim: StockClaim): Promise<Cluster> {
  const { site, tx } = ctx;
  const clusters = [...site.clusters.values()].filter(
    ({ id, region }) =>
      region === claim.region && (claim.clusterId === undefined || claim.clusterId === id),
  );
  const without = claim.without === undefined ? {} : { without: claim.without };
  await tx.client.query({
    name: "lock stock",
    text: "select pg_advisory_xact_lock(hashtextextended($1, 0))",
    values: [`stock ${claim.region}`],
  });
  const stock = await readStock(site, tx.client, clusters, without);
  const roomiest = withMostRoom(stock, claim.flavor);
  if (roomiest !== null) return roomiest;
  // What was freed within the last second is not known yet: nobody is refused without asking again.
  const now = await readStock(site, tx.client, clusters, { ...without, fresh: true });
  const found = withMostRoom(now, claim.flavor);
  if (found !== null) return found;
  if (now.every(({ known }) => !known)) {
    throw new DomainError(
      "unavailable",
      `The clusters of ${claim.region} do not answer. Try again in a moment.`,
      { retryAfterSeconds: 5 },
    );
  }
  throw await outOfStock(ctx, claim);
}

function withMostRoom(stock: Stock[], flavor: Flavor): Cluster | null {
  const [best] = stock
    .map(({ cluster, nodes }) => ({ cluster, room: countFitting(nodes, flavor) }))
    .toSorted((a, b) => b.room - a.room);
  return best !== undefined && best.room > 0 ? best.cluster : null;
}

async function outOfStock(ctx: ChangeContext, claim: StockClaim): Promise<DomainError> {
  const alternatives = await findAlternatives(ctx, claim);
  const help =
    alternatives.length === 0
      ? "Nothing else is free either; try again later."
      : "Choose one of the alternatives, or try again later.";
  return new DomainError(
    "out_of_stock",
    `Flavor "${claim.flavor.id}" is out of stock in ${claim.region}. ${help}`,
    { flavor: claim.flavor.id, region: claim.region, alternatives },
  );
}

/** What the caller could have instead: nearest in GPU count first, the same region before others. */
async function findAlternatives(
  { site, tx, authorization }: ChangeContext,
  { flavor, service, region }: StockClaim,
) {
  const create = `${service}:create` as Action;
  const stock = await readStock(site, tx.client, [...site.clusters.values()]);
  const distance = (other: Flavor) => Math.abs((other.gpu?.count ?? 0) - (flavor.gpu?.count ?? 0));
  return site.catalogue.flavors
    .flatMap((other) => other.regions.map((place) => ({ other, place })))
    .filter(({ other, place }) => flavorFits(other, service, place))
    .filter(({ place }) => authorization.access?.decide(create, place) ?? true)
    .map(({ other, place }) => ({ other, place, available: availableIn(stock, other, place) }))
    .filter(({ available }) => available > 0)
    .toSorted(
      (a, b) =>
        Number(b.place === region) - Number(a.place === region) ||
        distance(a.other) - distance(b.other),
    )
    .slice(0, MAX_ALTERNATIVES)
    .map(({ other, place, available }) => ({ flavor: other.id, region: place, available }));
}

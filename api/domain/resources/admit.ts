import type { Service } from "@aifactory/sdk/policy";
import { checkQuota } from "#domain/billing/limits/check-quota.ts";
import { flavorFits, type Flavor } from "#domain/catalogue/catalogue.ts";
import type { ChangeContext } from "#domain/context.ts";
import { DomainError } from "#domain/errors.ts";
import type { Cluster } from "#ports/cluster.ts";
import { requireBalance } from "./require-balance.ts";
import { requireStock } from "./require-stock.ts";
import type { ResourceView } from "./resource-view.ts";
import { storageGib } from "./storage-gib.ts";

/** A new resource. */
interface Creation {
  verb: "create";
  service: Service;
  region: string;
  flavor: string;
  storageGib: number;
}

/** One that exists, asked to run, to run otherwise, or to be re-created; what it holds now counts as free for it. */
interface Renewal {
  verb: "start" | "restart" | "edit" | "recreate";
  current: ResourceView;
  /** Where it differs from what it has. */
  flavor?: string;
  storageGib?: number;
  /** Its storage does not bind it to its cluster. */
  anyCluster?: boolean;
}

/**
 * Everything that must hold before a resource is accepted, in this order: stock (CAT-3), Quota (QUO-2), balance (BIL-4).
 * Answers the cluster to run it on. Throws `flavor_withdrawn`, `out_of_stock`, `unavailable`, `quota_exceeded`,
 * `insufficient_balance`.
 */
export async function admit(ctx: ChangeContext, request: Creation | Renewal): Promise<Cluster> {
  const current = request.verb === "create" ? null : request.current;
  const wanted = request.verb === "create" ? { ...request, anyCluster: true } : renewed(request);
  const flavor = offeredFlavor(ctx, wanted);
  const cluster =
    (current !== null && heldCluster(ctx, current, flavor)) ||
    (await requireStock(ctx, {
      flavor,
      service: wanted.service,
      region: wanted.region,
      ...(current === null ? {} : { without: current.id }),
      ...(current === null || wanted.anyCluster ? {} : { clusterId: current.clusterId }),
    }));
  const { tx, authorization } = ctx;
  await checkQuota(tx, {
    workspaceId: authorization.target.workspaceId!,
    verb: request.verb === "create" || request.verb === "recreate" ? "create" : "start",
    showSpending: authorization.role !== "Member",
  });
  await requireBalance(ctx, { ...wanted, current, flavor: flavor.id });
  return cluster;
}

function renewed({ current, flavor, storageGib: gib, anyCluster = false }: Renewal) {
  return {
    service: current.kind,
    region: current.region,
    flavor: flavor ?? current.flavor,
    storageGib: gib ?? storageGib(current.volumes),
    anyCluster,
  };
}

function offeredFlavor(
  { site }: ChangeContext,
  wanted: { flavor: string; service: Service; region: string },
): Flavor {
  const flavor = site.catalogue.flavor(wanted.flavor);
  if (flavor !== undefined && flavorFits(flavor, wanted.service, wanted.region)) return flavor;
  throw new DomainError(
    "flavor_withdrawn",
    `Flavor "${wanted.flavor}" is not offered in ${wanted.region} any more. Edit it to use another flavor first.`,
    { flavor: wanted.flavor, region: wanted.region },
  );
}

const PLACED = new Set(["starting", "ready", "notReady", "stopping"]);

/** The cluster where it holds room enough already, or was accepted for as much and waits; the new workload takes that over. */
function heldCluster({ site }: ChangeContext, current: ResourceView, wanted: Flavor) {
  const held = site.catalogue.flavor(heldFlavor(current) ?? "");
  if (held === undefined) return undefined;
  const enough =
    held.gpu?.model === wanted.gpu?.model &&
    (held.gpu?.count ?? 0) >= (wanted.gpu?.count ?? 0) &&
    held.vcpu >= wanted.vcpu &&
    held.memoryGib >= wanted.memoryGib;
  return enough ? site.clusters.get(current.clusterId) : undefined;
}

/** The flavor whose room it has: the one it was accepted for, or while that is given up again, the one that is still placed. */
function heldFlavor(current: ResourceView): string | null {
  const { desiredState, status, flavor, observed, generationEnds } = current;
  if (desiredState === "running" && status !== "FAILED") return flavor;
  if (observed === null || !PLACED.has(observed.phase)) return null;
  // An edit of what is stopped may have changed the flavor since.
  return generationEnds[observed.generation]?.flavor ?? flavor;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { ReadContext } from "#domain/context.ts";
import { clusterAway } from "./cluster-away.ts";
import type { LogsQuery } from "./read-logs.ts";
import { readView, type ResourceView } from "./resource-view.ts";

// Machine time, between two looks whether the cluster has the workload yet.
const COMING_MS = 500;

/**
 * The last lines of a workload's log and those that are added, until its process has ended for good or the signal aborts
 * (RES-6). One that is asked to run is waited for. Throws `not_found`, and `unavailable` where the cluster does not answer.
 */
export async function* followLogs(
  { site, authorization: { target } }: ReadContext,
  { tailLines, sinceSeconds }: LogsQuery,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const view = await whenThere(() => readView(site.database.pool, target), signal);
  const cluster = site.clusters.get(view.clusterId);
  const options = { tailLines, sinceSeconds, follow: true, signal };
  try {
    if (cluster !== undefined) yield* cluster.logs(view.workspaceId, view.id, options);
  } catch (error) {
    throw clusterAway(error, view.region);
  }
}

async function whenThere(
  read: () => Promise<ResourceView>,
  signal: AbortSignal,
): Promise<ResourceView> {
  let view = await read();
  while (isComing(view) && !signal.aborted) {
    await sleep(COMING_MS, undefined, { signal }).catch(() => {});
    view = await read();
  }
  return view;
}

/** It is to run, and the cluster was not yet seen to have the generation that is. */
function isComing({ desiredState, generation, observed }: ResourceView): boolean {
  if (desiredState !== "running") return false;
  return observed === null || observed.phase === "gone" || observed.generation < generation;
}

import type { Idleness, IdlePeriod, NotebookSpec } from "#domain/resources/types.ts";
import type { ResourceView } from "#domain/resources/resource-view.ts";

/** As much of a resource as idle stop depends on. */
export type Watched = Pick<
  ResourceView,
  "kind" | "spec" | "status" | "runningSince" | "idleness" | "workspaceIdleMinutes"
>;

export type IdleStopInForce = IdlePeriod & { from: "notebook" | "workspace" };

/** The idle stop that holds for a notebook: its own word before the Workspace's; null: it is never stopped (RES-9). */
export function idleStopInForce({
  kind,
  spec,
  workspaceIdleMinutes,
}: Pick<Watched, "kind" | "spec" | "workspaceIdleMinutes">): IdleStopInForce | null {
  if (kind !== "notebook") return null;
  const { idleStop = null } = spec as NotebookSpec;
  if (idleStop === "never") return null;
  if (idleStop !== null) return { ...idleStop, from: "notebook" };
  if (workspaceIdleMinutes === null) return null;
  return { afterMinutes: workspaceIdleMinutes, from: "workspace" };
}

/** What is known of the run that goes on now; nothing of any earlier one. */
export function idlenessOf({ idleness, runningSince }: Watched): Idleness {
  const run = runningSince!.toISOString();
  if (idleness?.runningSince === run) return idleness;
  return { runningSince: run, idleSince: null, announced: null, unknown: null };
}

/** The stop that people were told of and that still holds. */
export function announcedStop(watched: Watched): { since: string; stopsAt: string } | null {
  if (watched.status !== "RUNNING") return null;
  const { idleSince, announced } = idlenessOf(watched);
  if (idleSince === null || announced === null) return null;
  if (announced.afterMinutes !== idleStopInForce(watched)?.afterMinutes) return null;
  return { since: idleSince, stopsAt: announced.stopsAt };
}

import type { ChangeContext, ReadContext } from "#domain/context.ts";
import { publicId } from "#domain/ids.ts";
import { WorkloadNotRunning, type ExecSession, type TerminalSize } from "#ports/cluster.ts";
import { clusterAway } from "./cluster-away.ts";
import { readView, type ResourceView } from "./resource-view.ts";
import { wrongState } from "./wrong-state.ts";

/** Opens a terminal as far as the database is concerned: it runs, and that is recorded (RES-6, AUD-1). Throws `invalid_state`. */
export async function openTerminal({ tx, authorization }: ChangeContext) {
  const view = await readView(tx.client, { ...tx, id: authorization.target.id });
  requireRunning(view);
  return { id: publicId(view.kind, view.id), name: view.name };
}

/** Throws `invalid_state` once it is not to run any more. */
export async function checkTerminal({ site, authorization }: ReadContext): Promise<void> {
  requireRunning(await readView(site.database.pool, authorization.target));
}

/** Starts the shell. Throws `invalid_state`, `unavailable`. */
export async function startTerminal(
  { site, authorization: { target } }: ReadContext,
  { columns, rows }: TerminalSize,
): Promise<ExecSession> {
  const view = await readView(site.database.pool, target);
  const cluster = site.clusters.get(view.clusterId);
  if (cluster === undefined) throw notRunning(view);
  try {
    const options = { command: null, tty: true, columns, rows };
    return await cluster.exec(view.workspaceId, view.id, options);
  } catch (error) {
    throw error instanceof WorkloadNotRunning ? notRunning(view) : clusterAway(error, view.region);
  }
}

function requireRunning(view: ResourceView): void {
  const { desiredState, generation, observed } = view;
  const runs = observed?.phase === "ready" && observed.generation === generation;
  if (desiredState !== "running" || !runs) throw notRunning(view);
}

function notRunning(view: ResourceView) {
  return wrongState(view, "joined", "It has a terminal while it is RUNNING.");
}

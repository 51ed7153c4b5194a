import { z } from "zod";
import type { Activity } from "#ports/cluster.ts";
import { ask, type Get, type Told } from "./ask.ts";

const kernels = z.array(z.object({ execution_state: z.string(), last_activity: z.string() }));
const terminals = z.array(z.object({ last_activity: z.string() }));
const status = z.object({ connections: z.number().int().min(0), last_activity: z.string() });

/** A kernel that nobody has spoken to yet stays `starting`; words that we do not know count as busy. */
const AT_REST = new Set(["idle", "starting", "dead"]);

// Else Jupyter would take our asking for activity.
const UNTRACKED = "?no_track_activity=1";

/** What a Jupyter server tells of its use. `get` asks below its base URL, with its token. */
export async function jupyterActivity(
  get: Get,
  timeoutMs?: number,
): Promise<Omit<Activity, "gpuPercent">> {
  const [ofKernels, ofTerminals, ofConnections] = await Promise.all([
    ask(get, `/api/kernels${UNTRACKED}`, kernelsIn, timeoutMs),
    ask(get, `/api/terminals${UNTRACKED}`, terminalsIn, timeoutMs),
    ask(get, `/api/status${UNTRACKED}`, connectionsIn, timeoutMs),
  ]);
  return { kernels: ofKernels, terminals: ofTerminals, connections: ofConnections };
}

/** `GET /api/kernels`. */
function kernelsIn(told: Told): Activity["kernels"] {
  const list = kernels.parse(told.json);
  const busy = list.filter((kernel) => !AT_REST.has(kernel.execution_state)).length;
  return { busy, quietSeconds: quietOf(list, told) };
}

/** `GET /api/terminals`. What a terminal prints is activity, what its processes compute silently is not. */
function terminalsIn(told: Told): Activity["terminals"] {
  const list = terminals.parse(told.json);
  return { open: list.length, quietSeconds: quietOf(list, told) };
}

/** `GET /api/status`: browsers and programs at kernels, and the last thing that anybody asked the server for. */
function connectionsIn(told: Told): Activity["connections"] {
  const { connections, ...last } = status.parse(told.json);
  return { open: connections, quietSeconds: quietOf([last], told) };
}

/** Since the latest of them, by the server's own clock. Throws when that cannot be told. */
function quietOf(list: readonly { last_activity: string }[], { at }: Told): number | null {
  if (list.length === 0) return null;
  const latest = list
    .map(({ last_activity: moment }) => Date.parse(moment))
    .reduce((a, b) => Math.max(a, b));
  const seconds = Math.max(0, at - latest) / 1000;
  if (Number.isNaN(seconds)) throw new Error("no time is told");
  return seconds;
}

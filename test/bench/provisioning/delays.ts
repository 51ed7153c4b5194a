import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesClient } from "../../../api/adapters/kubernetes/api/client.ts";
import { loadKubeConfig } from "../../../api/adapters/kubernetes/api/kube-config.ts";
import type { ObjectList } from "../../../api/adapters/kubernetes/api/object.ts";
import { paths } from "../../../api/adapters/kubernetes/api/paths.ts";
import { watchEvents } from "../../../api/adapters/kubernetes/api/watch-events.ts";
import { LABEL, namespaceOf } from "../../../api/adapters/kubernetes/names.ts";
import { keyOf } from "../../../api/domain/ids.ts";
import { quantile } from "../result.ts";
import type { BenchedControlPlane } from "./control-plane.ts";
import { isReady } from "./is-ready.ts";
import type { Stage } from "./stage.ts";

const LOOK_MS = 10;

/** Milliseconds from the event that says a Pod is ready, as a watch of our own gets it, to its row as we read it. */
export interface Delays {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Measures the delays of all notebooks of a Workspace while `work` makes them. */
export async function measureDelays(
  { config }: Stage,
  { rows }: BenchedControlPlane,
  workspaceId: string,
  work: () => Promise<unknown>,
): Promise<Delays> {
  const ended = new AbortController();
  const client = new KubernetesClient(loadKubeConfig(config));
  const path = paths.pods(namespaceOf(config, keyOf(workspaceId)));
  const { metadata } = await client.get<ObjectList>(path, { limit: 1 });
  const { resourceVersion } = metadata;
  const body = await client.stream(path, { watch: true, resourceVersion }, ended.signal);
  const [ready, running] = [new Map<string, number>(), new Map<string, number>()];
  const watching = noteReady(body, ready).catch(() => {});
  const looking = noteRunning(rows, workspaceId, running, ended.signal);
  try {
    await work();
    await sleep(5 * LOOK_MS);
  } finally {
    ended.abort();
    await Promise.all([watching, looking]);
    await client.close();
  }
  const delays = [...running].map(([id, at]) => at - ready.get(id)!);
  return { p50Ms: quantile(delays, 0.5), p99Ms: quantile(delays, 0.99) };
}

async function noteReady(body: AsyncIterable<Buffer>, ready: Map<string, number>): Promise<void> {
  for await (const { object } of watchEvents(body)) {
    const id = object.metadata.labels![LABEL.resource]!;
    if (isReady(object) && !ready.has(id)) ready.set(id, performance.now());
  }
}

async function noteRunning(
  rows: BenchedControlPlane["rows"],
  workspaceId: string,
  running: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const found = await rows.query<{ id: string }>({
      name: "running ids",
      text: "select id from resources where workspace_id = $1 and status = 'RUNNING'",
      values: [keyOf(workspaceId)],
    });
    for (const { id } of found.rows) if (!running.has(id)) running.set(id, performance.now());
    await sleep(LOOK_MS);
  }
}

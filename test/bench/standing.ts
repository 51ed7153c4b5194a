import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { startControlPlane, type BenchedControlPlane } from "./provisioning/control-plane.ts";
import { openStage } from "./provisioning/stage.ts";
import { runSystem } from "./provisioning/system.ts";
import { median, type BenchOptions, type BenchResult } from "./result.ts";

const FULL = 5000;
const IN_WORKSPACE = 500;
const CLIENTS = 8;
const ROUNDS = 5;
const LIMIT_SECONDS = 10;
// Fewer and larger nodes than real ones: what their heartbeats cost is not measured here.
const GPUS_OF_NODE = 64;

const METHOD = [
  `So many notebooks run, made by the control plane itself. Then its process is ended in order and started again, its PostgreSQL with`,
  `it: from the start of the process until the cluster is listed, every row has been compared with it, and the work list is empty.`,
];

interface Restart {
  serving: number;
  inSync: number;
  memory: number;
  requests: number;
}

/** A restart with thousands of running resources is back in sync within ten seconds. */
export default async function benchStanding({
  instances,
  rounds,
}: BenchOptions): Promise<BenchResult> {
  const notebooks = instances ?? FULL;
  const stage = await openStage(notebooks, GPUS_OF_NODE);
  try {
    const controlPlane = await startControlPlane(stage);
    try {
      await fill(controlPlane, notebooks);
      await sleep(5000);
      const standing = controlPlane.memory();
      const restarts: Restart[] = [];
      for (let round = 0; round < (rounds ?? ROUNDS); round++)
        restarts.push(await restart(controlPlane));
      return resultOf(notebooks, restarts, standing.now);
    } finally {
      await controlPlane.stop();
    }
  } finally {
    await stage.stop();
  }
}

async function fill(controlPlane: BenchedControlPlane, notebooks: number): Promise<void> {
  for (let left = notebooks; left > 0; left -= IN_WORKSPACE) {
    const workspaceId = await controlPlane.newWorkspace();
    const size = { notebooks: Math.min(left, IN_WORKSPACE), connections: CLIENTS };
    const { seconds } = await runSystem(controlPlane, workspaceId, size);
    console.error(`${size.notebooks} more run after ${seconds.toFixed(0)} s`);
  }
}

async function restart(controlPlane: BenchedControlPlane): Promise<Restart> {
  const startedAt = (await controlPlane.restart()).getTime();
  const since = () => (Date.now() - startedAt) / 1000;
  const serving = since();
  await until(controlPlane, "exists (select from work_items where kind = 'sweepCluster')");
  await until(controlPlane, "not exists (select from work_items where due_at <= site_now())");
  const inSync = since();
  const requests = Object.values(await controlPlane.requests());
  return {
    serving,
    inSync,
    memory: controlPlane.memory().peak,
    requests: requests.reduce((sum, count) => sum + count, 0),
  };
}

async function until({ rows }: BenchedControlPlane, condition: string): Promise<void> {
  while ((await rows.query(`select where ${condition}`)).rowCount === 0) await sleep(5);
}

function resultOf(notebooks: number, restarts: Restart[], standing: number): BenchResult {
  const of = (part: keyof Restart) => median(restarts.map((it) => it[part]));
  const slowest = Math.max(...restarts.map(({ inSync }) => inSync));
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const load = loadavg().map((it) => it.toFixed(1));
  return {
    passed: slowest <= LIMIT_SECONDS,
    lines: [
      ...METHOD,
      `One machine of ${cpus().length} processors with Kubernetes on it, whose load was ${load.join(", ")} at the end; medians of ${restarts.length} restarts.`,
      `${notebooks} notebooks: serves after ${of("serving").toFixed(1)} s, in sync after ${of("inSync").toFixed(1)} s, at worst ${slowest.toFixed(1)} s (at most ${LIMIT_SECONDS});`,
      `${of("requests")} requests to the cluster by then; resident ${mebibytes(of("memory"))} at most by then, ${mebibytes(standing)} after all were made`,
    ],
    figures: {
      notebooks,
      servingSeconds: of("serving"),
      inSyncSeconds: of("inSync"),
      slowestSeconds: slowest,
      requests: of("requests"),
      peakMemory: of("memory"),
      standingMemory: standing,
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../../support/cluster/connect.ts";
import { median } from "../result.ts";
import type { BenchedControlPlane } from "./control-plane.ts";
import { measureDelays, type Delays } from "./delays.ts";
import type { Floor } from "./floor.ts";
import type { RawResult } from "./raw-client.ts";
import { requireSamePod } from "./same-pod.ts";
import type { Stage } from "./stage.ts";
import { removeWorkspace, runSystem, type SystemResult } from "./system.ts";

/** Of the product and of the raw client alike: connections to the API server, and notebooks at work at once. */
const CONNECTIONS = 16;
const CONCURRENCY = 16;
/** Of the client that creates notebooks over HTTP. */
const CLIENTS = 8;
const STEADY_SECONDS = 20;
const WARM_UP_MAX = 100;

export interface Measured {
  readonly notebooks: number;
  /** Medians of the rounds; a ratio is that of the mean of the floors before and after to the system between them. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly floorSeconds: number;
  readonly seconds: number;
  readonly acceptedSeconds: number;
  /** Of the product to the cluster, each notebook: reads and writes, of the last round. A watch that is begun anew is neither. */
  readonly reads: number;
  readonly writes: number;
  /** Of all notebooks together, while they stand: requests, and watches begun anew because they had run their time. */
  readonly steadyRequests: number;
  readonly steadyWatches: number;
  readonly delays: Delays;
  readonly peakMemory: number;
  /** Processor seconds of a round: of Kubernetes under either, and of the control plane and its PostgreSQL. */
  readonly processor: { floor: number; kubernetes: number; node: number; postgres: number };
}

export interface Bench {
  readonly stage: Stage;
  readonly controlPlane: BenchedControlPlane;
  readonly floor: Floor;
}

export async function measureSize(
  bench: Bench,
  notebooks: number,
  rounds: number,
): Promise<Measured> {
  const { controlPlane } = bench;
  const floors: Timed<RawResult>[] = [await floorRound(bench, notebooks)];
  const systems: Timed<SystemResult>[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    systems.push(await systemRound(bench, notebooks, floors[round]!.result.pod));
    floors.push(await floorRound(bench, notebooks));
    const [before, after] = floors.slice(round).map(({ result }) => result.seconds);
    const { seconds } = systems[round]!.result;
    ratios.push((before! + after!) / 2 / seconds);
    const { kubernetes, node, postgres } = systems[round]!.processor;
    console.error(
      `${notebooks}: floor ${before!.toFixed(2)} s, system ${seconds.toFixed(2)} s, floor ${after!.toFixed(2)} s, ratio ${ratios[round]!.toFixed(3)};`,
      `of the processors ${((node + postgres) / kubernetes).toFixed(3)} of what Kubernetes took`,
    );
  }
  const { requests } = systems.at(-1)!.result;
  const of = (timed: Timed<unknown>[], part: keyof Processor) =>
    median(timed.map(({ processor }) => processor[part]));
  return {
    notebooks,
    ratio: median(ratios),
    ratios,
    floorSeconds: median(floors.map(({ result }) => result.seconds)),
    seconds: median(systems.map(({ result }) => result.seconds)),
    acceptedSeconds: median(systems.map(({ result }) => result.acceptedSeconds)),
    reads: requests.GET ?? 0,
    writes: sum(requests, ["GET", "WATCH"]),
    ...(await standingRound(bench, notebooks)),
    peakMemory: controlPlane.memory().peak,
    processor: {
      floor: of(floors, "kubernetes"),
      kubernetes: of(systems, "kubernetes"),
      node: of(systems, "node"),
      postgres: of(systems, "postgres"),
    },
  };
}

/** A round of both, so that neither is measured with code that is compiled and statements that are planned meanwhile. */
export async function warmUp(bench: Bench, notebooks: number): Promise<void> {
  const some = Math.min(notebooks, WARM_UP_MAX);
  const { result } = await floorRound(bench, some);
  await systemRound(bench, some, result.pod);
}

async function floorRound(bench: Bench, notebooks: number) {
  const { stage, floor, controlPlane } = bench;
  // Another cluster's by its labels, of the same length: the control plane has nothing to do with it.
  const config = { ...stage.config, id: stage.config.id.replace(/.$/, "0") };
  const size = { notebooks, connections: CONNECTIONS, concurrency: CONCURRENCY };
  return controlPlane.apart(async () => {
    const done = await timed(bench, () => floor.run({ config, ...size }));
    await untilEmpty(stage);
    return done;
  });
}

async function systemRound(bench: Bench, notebooks: number, rawPod: RawResult["pod"]) {
  const { stage, controlPlane } = bench;
  const workspaceId = await controlPlane.newWorkspace();
  const size = { notebooks, connections: CLIENTS };
  const done = await timed(bench, () => runSystem(controlPlane, workspaceId, size));
  await requireSamePod(stage, workspaceId, rawPod);
  await removeWorkspace(controlPlane, workspaceId);
  await untilEmpty(stage);
  return done;
}

/** One more, beside which a watch of ours notes when Pods become ready; then it stands for a while. */
async function standingRound({ stage, controlPlane }: Bench, notebooks: number) {
  const workspaceId = await controlPlane.newWorkspace();
  const size = { notebooks, connections: CLIENTS };
  const delays = await measureDelays(stage, controlPlane, workspaceId, () =>
    runSystem(controlPlane, workspaceId, size),
  );
  await sleep(2000);
  const before = await controlPlane.requests();
  await sleep(STEADY_SECONDS * 1000);
  const after = await controlPlane.requests();
  const steadyRequests = sum(after, ["WATCH"]) - sum(before, ["WATCH"]);
  const steadyWatches = (after.WATCH ?? 0) - (before.WATCH ?? 0);
  await removeWorkspace(controlPlane, workspaceId);
  await untilEmpty(stage);
  return { delays, steadyRequests, steadyWatches };
}

/** Of all methods but these. */
const sum = (requests: Record<string, number>, but: string[]) =>
  Object.entries(requests).reduce((all, [it, count]) => (but.includes(it) ? all : all + count), 0);

type Processor = Record<"kubernetes" | "node" | "postgres", number>;

interface Timed<T> {
  readonly result: T;
  readonly processor: Processor;
}

async function timed<T>({ stage, controlPlane }: Bench, work: () => Promise<T>): Promise<Timed<T>> {
  const spent = (): Processor => ({
    kubernetes: stage.processorTime(),
    ...controlPlane.processorTime(),
  });
  const before = spent();
  const result = await work();
  const after = spent();
  const parts = Object.keys(before) as (keyof Processor)[];
  const processor = Object.fromEntries(parts.map((part) => [part, after[part] - before[part]]));
  return { result, processor: processor as Processor };
}

async function untilEmpty({ config, admin }: Stage): Promise<void> {
  const { core } = connect(admin);
  const isWorkspace = (name: string) => name.startsWith(`${config.namespacePrefix}ws-`);
  for (;;) {
    const { items } = await core.listNamespace();
    if (!items.some(({ metadata }) => isWorkspace(metadata!.name!))) break;
    await sleep(500);
  }
  // What Kubernetes still does about it is nobody's to pay for.
  await sleep(3000);
}

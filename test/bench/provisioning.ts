import { cpus, loadavg } from "node:os";
import { startControlPlane } from "./provisioning/control-plane.ts";
import { startFloor } from "./provisioning/floor.ts";
import { measureSize, warmUp, type Measured } from "./provisioning/measure-size.ts";
import { openStage } from "./provisioning/stage.ts";
import type { BenchOptions, BenchResult } from "./result.ts";

const SIZES = [100, 500];
const ROUNDS = 5;
const FLOOR = 0.8;
const GPUS_OF_NODE = 8;
const WATCHES = 5;

const METHOD = [
  `Notebooks of one GPU and a home volume in a new Workspace, from the first POST to the last row RUNNING, on a real etcd (fsync on),`,
  `API server, controllers and scheduler with KWOK's nodes of ${GPUS_OF_NODE} GPUs; one replica of the control plane as it is started, its own`,
  `PostgreSQL with fsync. The floor is a raw client that applies the same objects on as many connections to the API server and has one`,
  `watch, from its first request to the last Pod ready; the control plane stands still meanwhile, and has caught up when its turn`,
  `comes. In turn, everything removed in between, after a warm-up of both; medians of the rounds. A machine's speed drifts: each round`,
  `of the system is compared with the mean of the floor's before and after it. A further round tells the delays and what is sent while`,
  `all run.`,
];
const HEADER = [
  row("", "", "", "", "", "requests each", "while", "Pod ready → row", "", "processor seconds"),
  row(
    "notebooks",
    "floor",
    "system",
    "floor/",
    "accepted",
    "reads writes",
    "they run",
    "p50",
    "p99",
    "Kubernetes under floor, system; node; PostgreSQL",
  ),
];

/** Provisioning at four fifths of the bare API server's speed or more, without a read and without a request for any that runs. */
export default async function benchProvisioning({
  instances,
  rounds,
}: BenchOptions): Promise<BenchResult> {
  const sizes = instances === null ? SIZES : [instances];
  // Room for both: that the floor's have gone, a control plane that stood still learns a moment later.
  const stage = await openStage(2 * Math.max(...sizes), GPUS_OF_NODE);
  const floor = startFloor();
  try {
    const controlPlane = await startControlPlane(stage);
    try {
      const bench = { stage, controlPlane, floor };
      const measured: Measured[] = [];
      for (const size of sizes) {
        // Anew: every half an hour a process lists each kind again, and peaks are of one size.
        await controlPlane.restart();
        await warmUp(bench, size);
        measured.push(await measureSize(bench, size, rounds ?? ROUNDS));
      }
      return resultOf(measured);
    } finally {
      await controlPlane.stop();
    }
  } finally {
    await floor.stop();
    await stage.stop();
  }
}

function resultOf(measured: Measured[]): BenchResult {
  const limits = measured.flatMap(limitsOf);
  const load = loadavg().map((it) => it.toFixed(1));
  return {
    passed: limits.every(({ holds }) => holds),
    lines: [
      ...METHOD,
      `All of it on one machine of ${cpus().length} processors, whose load was ${load.join(", ")} at the end.`,
      ...HEADER,
      ...measured.map(shown),
      ...measured.map(
        ({ notebooks, ratios }) =>
          `rounds of ${notebooks}: ${ratios.map((it) => it.toFixed(2)).join(", ")}`,
      ),
      ...limits.map(({ holds, text }) => `${holds ? "holds" : "does not hold"}: ${text}`),
    ],
    figures: Object.assign({}, ...measured.map(figuresOf)),
  };
}

function limitsOf({ notebooks, ratio, reads, steadyRequests, steadyWatches }: Measured) {
  return [
    {
      holds: ratio >= FLOOR,
      text: `${notebooks} notebooks at ${ratio.toFixed(2)} of the floor's speed (at least ${FLOOR})`,
    },
    { holds: reads === 0, text: `${reads} reads for each of ${notebooks} (none)` },
    {
      holds: steadyRequests === 0,
      text: `${steadyRequests} requests in 20 s while ${notebooks} run (none)`,
    },
    {
      holds: steadyWatches <= WATCHES,
      text: `${steadyWatches} watches begun anew meanwhile (at most one of each kind, ${WATCHES})`,
    },
  ];
}

function shown(it: Measured): string {
  const { floor, kubernetes, node, postgres } = it.processor;
  return row(
    String(it.notebooks),
    seconds(it.floorSeconds),
    seconds(it.seconds),
    it.ratio.toFixed(2),
    seconds(it.acceptedSeconds),
    `${it.reads.toFixed(2)}  ${it.writes.toFixed(2)}`,
    String(it.steadyRequests),
    `${it.delays.p50Ms.toFixed(0)} ms`,
    `${it.delays.p99Ms.toFixed(0)} ms`,
    `${[floor, kubernetes, node, postgres].map(seconds).join(", ")}; at most ${(it.peakMemory / 2 ** 20).toFixed(0)} MiB resident`,
  );
}

function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

function row(size: string, ...columns: string[]): string {
  const widths = [7, 7, 6, 8, 13, 8, 15, 7];
  const cells = columns.map((text, at) => (at < widths.length ? text.padStart(widths[at]!) : text));
  return [size.padStart(9), ...cells].join("  ").trimEnd();
}

/** `ratio100`, `seconds500`, … */
function figuresOf(it: Measured): Record<string, number> {
  const { notebooks, ratios: _, delays, processor, ...figures } = it;
  const cpu = Object.entries(processor).map(([part, value]): [string, number] => [
    `processor${part[0]!.toUpperCase()}${part.slice(1)}`,
    value,
  ]);
  const all: [string, number][] = [...Object.entries({ ...figures, ...delays }), ...cpu];
  return Object.fromEntries(all.map(([name, value]) => [`${name}${notebooks}`, value]));
}

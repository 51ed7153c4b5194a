import { fill, type Size } from "./billing/fill.ts";
import { floor, prepareFloor } from "./billing/floor.ts";
import { startBenchSite, type BenchSite } from "./billing/site.ts";
import { charge, type Step } from "./billing/steps.ts";
import { transfers } from "./billing/transfers.ts";
import { median, type BenchOptions, type BenchResult } from "./result.ts";

const FULL = 1_000_000;
const SIZES = [10_000, 100_000];
const RUNS_EACH = 100;
const ROUNDS = 5;
const CATCH_UP = 60;
const TRANSFER_SECONDS = 3;

const TICK_LIMIT = 3;
const CATCH_UP_LIMIT = 1.5;
const OVER_TRANSFERS = 100;

const METHOD = [
  `Open usage runs, ${RUNS_EACH} an Organization in two Workspaces and two Services, GPU and storage, three credits each. The embedded`,
  `PostgreSQL with the product's settings, fsync on. A tick is the worker's own, of one replica; the floor one statement that`,
  `reads the open runs, sums per Organization and product and inserts as many rows. A warm-up, then ${ROUNDS} rounds in turn: a`,
  `tick of one minute, the floor, a catch-up of ${CATCH_UP} minutes; medians, ratios within a round. Each minute some credit runs out.`,
];

interface Measured {
  size: Size;
  tick: Step;
  floorSeconds: number;
  catchUp: Step;
  tickRatio: number;
  catchUpRatio: number;
  transfers: Record<number, number> | null;
}

/** A tick against its floor, a catch-up against a tick, and both against a ledger with a transfer per charge (BIL-3). */
export default async function benchBilling({ runs }: BenchOptions): Promise<BenchResult> {
  const full = runs ?? FULL;
  const measured: Measured[] = [];
  for (const size of [...SIZES.filter((one) => one < full), full])
    measured.push(await measureSize(size, size === full));
  const last = measured.at(-1)!;
  const [connections, best] = Object.entries(last.transfers!).reduce((a, b) =>
    b[1] > a[1] ? b : a,
  );
  const perSecond = last.size.runs / last.tick.seconds;
  const catchUpPerSecond = (CATCH_UP * last.size.runs) / last.catchUp.seconds;
  const limits = [
    {
      holds: last.tickRatio <= TICK_LIMIT,
      text: `tick: ${last.tickRatio.toFixed(2)} × the floor (at most ${TICK_LIMIT})`,
    },
    {
      holds: last.catchUpRatio <= CATCH_UP_LIMIT,
      text: `catch-up of ${CATCH_UP} minutes: ${last.catchUpRatio.toFixed(2)} × a tick (at most ${CATCH_UP_LIMIT})`,
    },
    {
      holds: perSecond / best >= OVER_TRANSFERS,
      text: `charges a second: ${count(perSecond)} in a tick, ${Math.round(perSecond / best)} × those of transfers (at least ${OVER_TRANSFERS}); ${count(catchUpPerSecond)} in a catch-up`,
    },
  ];
  return {
    passed: limits.every(({ holds }) => holds),
    lines: [
      ...METHOD,
      row(
        "runs",
        "tick",
        "floor",
        "×",
        "catch-up",
        "×",
        "WAL",
        "entries",
        "postings",
        "WAL",
        "entries",
        "postings",
      ),
      ...measured.map(shown),
      `WAL, entries and postings: of a tick, then of a catch-up.`,
      `A transfer per charge, connections → charges/s: ${Object.entries(last.transfers!)
        .map(([n, rate]) => `${n} → ${count(rate)}`)
        .join(", ")}; best with ${connections}`,
      ...limits.map(({ holds, text }) => `${holds ? "holds" : "FAILS"}  ${text}`),
    ],
    figures: Object.assign({ transfersPerSecond: best }, ...measured.map(figuresOf)),
  };
}

async function measureSize(runs: number, withTransfers: boolean): Promise<Measured> {
  await using site = await startBenchSite();
  const size = { runs, organizations: Math.ceil(runs / RUNS_EACH) };
  await fill(site.owner, size, morning());
  await prepareFloor(site);
  await round(site);
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await round(site));
  return {
    size,
    tick: medianStep(rounds.map(({ tick }) => tick)),
    floorSeconds: median(rounds.map((one) => one.floorSeconds)),
    catchUp: medianStep(rounds.map(({ catchUp }) => catchUp)),
    tickRatio: median(rounds.map(({ tick, floorSeconds }) => tick.seconds / floorSeconds)),
    catchUpRatio: median(rounds.map(({ tick, catchUp }) => catchUp.seconds / tick.seconds)),
    transfers: withTransfers ? await transfers(site, TRANSFER_SECONDS) : null,
  };
}

async function round(site: BenchSite) {
  const tick = await charge(site, 1);
  const { seconds: floorSeconds } = await floor(site);
  const catchUp = await charge(site, CATCH_UP);
  return { tick, floorSeconds, catchUp };
}

/** The next day's sixth hour, as a minute: no round reaches midnight, which would split a catch-up. */
function morning(): number {
  return Math.ceil(Date.now() / 86_400_000) * 1440 + 360;
}

function medianStep(steps: Step[]): Step {
  const of = (name: keyof Step) => median(steps.map((step) => step[name]));
  return {
    seconds: of("seconds"),
    walBytes: of("walBytes"),
    entries: of("entries"),
    postings: of("postings"),
  };
}

function shown({ size, tick, floorSeconds, catchUp, tickRatio, catchUpRatio }: Measured): string {
  const rows = ({ walBytes, entries, postings }: Step) => [
    `${(walBytes / 1e6).toFixed(1)} MB`,
    count(entries),
    count(postings),
  ];
  return row(
    count(size.runs),
    `${tick.seconds.toFixed(2)} s`,
    `${floorSeconds.toFixed(2)} s`,
    tickRatio.toFixed(2),
    `${catchUp.seconds.toFixed(2)} s`,
    catchUpRatio.toFixed(2),
    ...rows(tick),
    ...rows(catchUp),
  );
}

const count = (value: number) => Math.round(value).toLocaleString("en");

function row(...columns: string[]): string {
  const widths = [9, 8, 8, 5, 9, 5, 9, 8, 9, 9, 8, 9];
  return columns.map((text, at) => text.padStart(widths[at]!)).join(" ");
}

function figuresOf({
  size,
  tick,
  floorSeconds,
  catchUp,
  tickRatio,
  catchUpRatio,
}: Measured): Record<string, number> {
  const of = (name: string, step: Step) =>
    Object.entries(step).map(([figure, value]) => [
      `${name}${figure[0]!.toUpperCase()}${figure.slice(1)}${size.runs}`,
      value,
    ]);
  return {
    ...Object.fromEntries([...of("tick", tick), ...of("catchUp", catchUp)]),
    [`floorSeconds${size.runs}`]: floorSeconds,
    [`tickOverFloor${size.runs}`]: tickRatio,
    [`catchUpOverTick${size.runs}`]: catchUpRatio,
  };
}

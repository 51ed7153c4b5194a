import { CATCH_UP, measureSize, ROUNDS, RUNS_EACH, type Measured } from "./billing/measure-size.ts";
import type { Step } from "./billing/steps.ts";
import type { Revenue } from "./billing/transfers.ts";
import type { BenchOptions, BenchResult } from "./result.ts";

const FULL = 1_000_000;
const SMALLER = [10_000, 100_000];

const OVER_FLOOR = 3;
const OVER_TICK = 1.5;
const OVER_TRANSFERS = 100;

const METHOD = [
  `Open usage runs, ${RUNS_EACH} an Organization in two Workspaces and two Services, GPU and storage, three credits each. The embedded`,
  `PostgreSQL with the product's settings, fsync on. A tick is the worker's own, of one replica; the floor one statement that`,
  `reads the open runs, sums per Organization and product and inserts as many rows. A warm-up, then ${ROUNDS} rounds in turn: a`,
  `tick of one minute, the floor, a catch-up of ${CATCH_UP} minutes; medians, ratios within a round. Each minute some credit runs out.`,
  `The peer is a ledger with a transaction for each resource and minute: one prepared statement that adds a transfer with its debit`,
  `and credit and moves both balances, over the same runs, at its best number of connections. As general-purpose ledgers are used,`,
  `what a product earns is an account that all Organizations' charges share; idealised, no charges of two Organizations share one.`,
];
const HEADER = [
  row("", "tick of a minute", "", "", "", "", `catch-up of ${CATCH_UP}`),
  row("runs", "", "floor", "WAL", "entries", "postings", "", "tick", "WAL", "entries", "postings"),
];

/**
 * A tick against its floor, a catch-up against a tick, and charges a second against a ledger with a transfer for each
 * (BIL-3). The limits are those of a million runs; what a tick costs at all outweighs fewer.
 */
export default async function benchBilling({ runs }: BenchOptions): Promise<BenchResult> {
  const full = runs ?? FULL;
  const sizes = [...SMALLER.filter((size) => size < full), full];
  const measured: Measured[] = [];
  for (const size of sizes) measured.push(await measureSize(size, size === full));
  const largest = measured.at(-1)!;
  const limits = judge(largest);
  return {
    passed: full < FULL || limits.every(({ holds }) => holds),
    lines: [
      ...METHOD,
      ...HEADER,
      ...measured.map(shown),
      `× the floor hashed in memory, a plan the product's settings do not give: ${largest.overHashed.toFixed(2)}`,
      `transfers a second by connections, revenue by product: ${listed(largest, "ofProducts")}`,
      `transfers a second by connections, no account shared: ${listed(largest, "ofOrganizations")}`,
      `shown, not judged: a tick is ${overTransfers(largest, "tick", "ofOrganizations")} × transfers without a shared account`,
      ...limits.map(({ holds, text }) => `${holds ? "holds" : "does not hold"}: ${text}`),
    ],
    figures: Object.assign(
      {
        transfersPerSecond: best(largest, "ofProducts"),
        unsharedTransfersPerSecond: best(largest, "ofOrganizations"),
      },
      ...measured.map(figuresOf),
    ),
  };
}

function judge(largest: Measured) {
  const { overFloor, overTick } = largest;
  const peers = [
    ["tick", "ofProducts", "with revenue by product"],
    ["catch-up", "ofProducts", "with revenue by product"],
    ["catch-up", "ofOrganizations", "without a shared account"],
  ] as const;
  return [
    {
      holds: overFloor <= OVER_FLOOR,
      text: `a tick is ${overFloor.toFixed(2)} × the floor (at most ${OVER_FLOOR})`,
    },
    {
      holds: overTick <= OVER_TICK,
      text: `a catch-up of ${CATCH_UP} minutes is ${overTick.toFixed(2)} × a tick (at most ${OVER_TICK})`,
    },
    ...peers.map(([what, revenue, named]) => {
      const times = overTransfers(largest, what, revenue);
      return {
        holds: times >= OVER_TRANSFERS,
        text: `a ${what}, ${count(perSecond(largest, what))} charges a second, is ${times} × transfers ${named} (at least ${OVER_TRANSFERS})`,
      };
    }),
  ];
}

type Charging = "tick" | "catch-up";

function perSecond({ runs, tick, catchUp }: Measured, what: Charging): number {
  return what === "tick" ? runs / tick.seconds : (CATCH_UP * runs) / catchUp.seconds;
}

function overTransfers(measured: Measured, what: Charging, revenue: Revenue): number {
  return Math.round(perSecond(measured, what) / best(measured, revenue));
}

function best({ transfers }: Measured, revenue: Revenue): number {
  return Math.max(...Object.values(transfers![revenue]));
}

function listed({ transfers }: Measured, revenue: Revenue): string {
  const rates = Object.entries(transfers![revenue]);
  return rates.map(([connections, rate]) => `${connections} → ${count(rate)}`).join(", ");
}

function shown({ runs, tick, floorSeconds, overFloor, catchUp, overTick }: Measured): string {
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  const written = ({ walBytes, entries, postings }: Step) => [
    `${(walBytes / 1e6).toFixed(1)} MB`,
    count(entries),
    count(postings),
  ];
  return row(
    count(runs),
    seconds(tick.seconds),
    `${overFloor.toFixed(2)} × ${seconds(floorSeconds)}`,
    ...written(tick),
    seconds(catchUp.seconds),
    `${overTick.toFixed(2)} ×`,
    ...written(catchUp),
  );
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function row(...columns: string[]): string {
  const widths = [9, 8, 15, 9, 8, 9, 10, 7, 9, 8, 9];
  return columns
    .map((text, at) => text.padStart(widths[at]!))
    .join(" ")
    .trimEnd();
}

/** `tickSeconds10000`, `catchUpWalBytes10000`, … */
function figuresOf({ runs, tick, catchUp, ...ratios }: Measured): Record<string, number> {
  const { floorSeconds, overFloor, overHashed, overTick } = ratios;
  const of = (prefix: string, step: Step) =>
    Object.entries(step).map(([name, value]) => [
      `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}${runs}`,
      value,
    ]);
  return {
    ...Object.fromEntries([...of("tick", tick), ...of("catchUp", catchUp)]),
    [`floorSeconds${runs}`]: floorSeconds,
    [`overFloor${runs}`]: overFloor,
    [`overHashed${runs}`]: overHashed,
    [`overTick${runs}`]: overTick,
  };
}

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Ready } from "./api-server.ts";
import { measure, type Measured } from "./load.ts";
import { median, quantile, type BenchResult } from "./result.ts";

const CONNECTIONS = 16;
const ROUNDS = 25;
const SECONDS = 0.4;
const FLOOR = 0.5;

const METHOD = [
  `GET by an API token of a Member, authorized under a boundary, beside a bare Hono route that returns the same rows by`,
  `one indexed SELECT through the same pool. One server process; ${CONNECTIONS} keep-alive connections from another; ${ROUNDS} rounds of`,
  `${SECONDS} s each in turn, after a warm-up; medians of the rounds.`,
];

/** Reading one notebook and listing 100, each at half the rate of a bare route or more. */
export default async function benchApi(): Promise<BenchResult> {
  const child = fork(new URL("./api-server.ts", import.meta.url), { stdio: "inherit" });
  try {
    const ready = await startOf(child);
    const read = await compare("read one notebook", ready.notebook, ready.token);
    const list = await compare("list 100 notebooks", ready.list, ready.token);
    return {
      passed: read.ratio >= FLOOR && list.ratio >= FLOOR,
      lines: [...METHOD, read.line, list.line],
      figures: { ...prefixed("read", read.figures), ...prefixed("list", list.figures) },
    };
  } finally {
    await stop(child);
  }
}

async function compare(title: string, urls: { api: string; bare: string }, token: string) {
  const load = { connections: CONNECTIONS, seconds: SECONDS };
  const runs: Record<"api" | "bare", Measured[]> = { api: [], bare: [] };
  for (let round = -2; round < ROUNDS; round++) {
    const bare = await measure({ ...load, url: urls.bare });
    const api = await measure({ ...load, url: urls.api, token });
    if (round < 0) continue;
    runs.bare.push(bare);
    runs.api.push(api);
  }
  const ratio = median(runs.api.map((run, round) => run.perSecond / runs.bare[round]!.perSecond));
  const [api, bare] = [summary(runs.api), summary(runs.bare)];
  const line = `${title.padEnd(20)} ${ratio.toFixed(2)} of bare (floor ${FLOOR}); ${shown(api)}; bare ${shown(bare)}`;
  const figures = { ratio, ...prefixed("api", api), ...prefixed("bare", bare) };
  return { ratio, line, figures };
}

function summary(runs: Measured[]) {
  const latencies = runs.flatMap((run) => run.latencies);
  return {
    perSecond: median(runs.map((run) => run.perSecond)),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

function shown({ perSecond, p50Ms, p99Ms }: ReturnType<typeof summary>): string {
  return `${Math.round(perSecond)}/s, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`;
}

function prefixed(prefix: string, figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      `${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );
}

async function startOf(child: ChildProcess): Promise<Ready> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the server ended with ${code}`);
  });
  const [ready] = await Promise.race([once(child, "message"), ended]);
  return ready as Ready;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.send("stop");
  await ended;
}

import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { randomFrom } from "../../e2e/crash/random.ts";
import type { Contender, Evaluator } from "./contender.ts";
import { CONTENDERS } from "./contenders.ts";
import { CELLS, drawSubject } from "./sets.ts";
import type { Size } from "./sizes.ts";

const run = promisify(execFile);
const BUILD_MS = 300;
const SETTLED = 2048;

/**
 * The bytes that one prepared evaluator holds beside the Policies themselves, V8's heap and WebAssembly's memory
 * together, in a process of its own: growth over many copies after garbage collection, divided by their number.
 */
export async function bytesOf(contender: Contender, size: Size): Promise<number> {
  const args = ["--expose-gc", import.meta.filename, contender.name, JSON.stringify(size)];
  const { stdout } = await run(process.execPath, args);
  return Number(stdout);
}

async function measure(contender: Contender, { policies, statements }: Size): Promise<number> {
  const subject = drawSubject(randomFrom(1), policies, statements);
  const prepare = async (): Promise<Evaluator> => {
    const evaluator = await contender.build(subject);
    if (contender.remembers) await evaluator.countAllowed(CELLS, 0, CELLS.length);
    return evaluator;
  };
  // What is loaded, compiled or grown once is not the copies': as many come before the first reading.
  const held = [await prepare(), await prepare()];
  const until = performance.now() + BUILD_MS;
  while (held.length < 200 && performance.now() < until) held.push(await prepare());
  const early = held.length;
  const before = await used();
  while (held.length < 2 * early) held.push(await prepare());
  // The length is read last, so that the copies live until they are measured.
  return ((await used()) - before) / (held.length - early);
}

/** Collects garbage until nothing more goes: what loading the peers left behind goes late. */
async function used(): Promise<number> {
  for (let last = Number.NaN; ;) {
    globalThis.gc?.();
    await setTimeout(20);
    const { heapUsed, external } = process.memoryUsage();
    if (Math.abs(heapUsed + external - last) < SETTLED) return heapUsed + external;
    last = heapUsed + external;
  }
}

if (import.meta.main) {
  const [name, size = ""] = process.argv.slice(2);
  const contender = CONTENDERS.find((one) => one.name === name);
  if (contender === undefined || globalThis.gc === undefined)
    throw new Error(`cannot measure ${name}`);
  console.log(await measure(contender, JSON.parse(size) as Size));
}

import { compileAccess, type AccessSubject, type Cell } from "@aifactory/sdk/policy";
import { randomFrom, type Random } from "../../e2e/crash/random.ts";
import { median } from "../result.ts";
import type { Contender, Evaluator } from "./contender.ts";
import { CONTENDERS } from "./contenders.ts";
import { bytesOf } from "./memory.ts";
import { CELLS, drawSubject } from "./sets.ts";
import type { Size } from "./sizes.ts";
import { timeInTurn, type Speed } from "./speed.ts";

const QUESTIONS = 4096;
const BUILD_MS = 250;

/** What one contender showed on one size. */
export interface Measured extends Speed {
  readonly name: string;
  /** How many times its rate `decide` reached, the median of the rounds. */
  readonly timesSlower: number;
  readonly buildMs: number;
  readonly bytes: number;
}

/** Draws some sets, sees that everybody decides them alike, then measures on the first of them. */
export async function compareOn(size: Size, sets: number): Promise<Measured[]> {
  const random = randomFrom(size.policies);
  const subjects = Array.from({ length: sets }, () => drawMixed(random, size));
  for (const subject of subjects.slice(1))
    for (const one of await agreeing(subject)) one.release?.();
  const subject = subjects[0]!;
  const evaluators = await agreeing(subject);
  const questions = Array.from({ length: QUESTIONS }, () => random.pick(CELLS));
  const speeds = await timeInTurn(evaluators, questions, allowedBy(subject));
  for (const one of evaluators) one.release?.();
  const measured: Measured[] = [];
  for (const [at, contender] of CONTENDERS.entries()) {
    const speed = speeds[at]!;
    const ratios = speed.rounds.map((rate, round) => speeds[0]!.rounds[round]! / rate);
    measured.push({
      ...speed,
      name: contender.name,
      timesSlower: median(ratios),
      buildMs: await buildMs(contender, subject),
      bytes: await bytesOf(contender, size),
    });
  }
  return measured;
}

/** A set of which some cells are allowed and some are not: the first such. */
function drawMixed(random: Random, { policies, statements }: Size): AccessSubject {
  for (;;) {
    const subject = drawSubject(random, policies, statements);
    const share = CELLS.filter(allowedBy(subject)).length / CELLS.length;
    if (share > 0.1 && share < 0.9) return subject;
  }
}

function allowedBy(subject: AccessSubject): (cell: Cell) => boolean {
  const access = compileAccess(subject);
  return ({ action, region }) => access.decide(action, region);
}

/** Builds every contender and asks it every cell: one decision that differs throws. */
async function agreeing(subject: AccessSubject): Promise<Evaluator[]> {
  const expected = CELLS.map(allowedBy(subject));
  const evaluators: Evaluator[] = [];
  for (const { name, build } of CONTENDERS) {
    const evaluator = await build(subject);
    for (const [at, { action, region }] of CELLS.entries()) {
      const allowed = (await evaluator.countAllowed(CELLS, at, at + 1)) === 1;
      if (allowed !== expected[at]) throw new Error(`${name} differs on ${action} in ${region}`);
    }
    evaluators.push(evaluator);
  }
  return evaluators;
}

/** Milliseconds to prepare a subject: the median of three builds, or of as many as a quarter of a second holds. */
async function buildMs({ build }: Contender, subject: AccessSubject): Promise<number> {
  const took: number[] = [];
  const until = performance.now() + BUILD_MS;
  while (took.length < 3 || performance.now() < until) {
    const start = performance.now();
    const evaluator = await build(subject);
    took.push(performance.now() - start);
    evaluator.release?.();
  }
  return median(took);
}

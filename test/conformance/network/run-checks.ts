import type { Asker, Check, Target } from "./checks.ts";

/** Whether a Pod of the stage reaches a target. */
export type Probe = (from: Asker, target: Target) => Promise<boolean>;

/**
 * `ok`: as promised. `OPEN`: reached, and must not be. `CLOSED`: not reached, and must be. `unproven`: blocked, but nobody
 * reaches it here, so the rule was not put to the test.
 */
export type Verdict = "ok" | "OPEN" | "CLOSED" | "unproven";

export interface Judged extends Check {
  verdict: Verdict;
}

// A rule takes a moment to reach every node.
const TRIES = 3;

/** Tries every check. What must be reached is tried again; what must be blocked is open as soon as it is reached once. */
export async function runChecks(checks: Check[], probe: Probe): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const check of checks) judged.push({ ...check, verdict: await judge(check, probe) });
  return judged;
}

async function judge({ from, target, expected, control }: Check, probe: Probe): Promise<Verdict> {
  if (expected === "reached") return (await reaches(from, target, probe)) ? "ok" : "CLOSED";
  for (let attempt = 0; attempt < TRIES; attempt++) if (await probe(from, target)) return "OPEN";
  return control === null || (await reaches(control, target, probe)) ? "ok" : "unproven";
}

async function reaches(from: Asker, target: Target, probe: Probe): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt++) if (await probe(from, target)) return true;
  return false;
}

/** True when nothing is open or closed that must not be. */
export const holds = (judged: Judged[]): boolean =>
  judged.every(({ verdict }) => verdict === "ok" || verdict === "unproven");

/** A line for each check, and what they say together. */
export function table(judged: Judged[]): string[] {
  const rows = judged.map(({ verdict, from, to, target, expected }) => [
    verdict,
    from,
    expected === "reached" ? "reaches" : "does not reach",
    to,
    "name" in target ? target.name : `${target.host}:${target.port}`,
  ]);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join("  ")
      .trimEnd(),
  );
  const count = (verdict: Verdict) => judged.filter((it) => it.verdict === verdict).length;
  const unproven = count("unproven");
  return [
    ...lines,
    holds(judged)
      ? `The network rules hold${unproven === 0 ? "" : `, as far as ${unproven} unproven ones can tell`}.`
      : `The network rules do NOT hold: ${count("OPEN")} open, ${count("CLOSED")} closed.`,
  ];
}

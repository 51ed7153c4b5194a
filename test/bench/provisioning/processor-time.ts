import { readFileSync, readdirSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process and all that it started have taken. */
export function processorTime(pid: number): number {
  const children = childrenByParent();
  const of = (id: number): number =>
    ownTime(id) + (children.get(id) ?? []).reduce((sum, child) => sum + of(child), 0);
  return of(pid);
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+$/.test(name) ? Number(fields(name)?.[1]) : NaN;
    if (!Number.isNaN(parent))
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

// Own time, and that of children which have ended.
function ownTime(pid: number): number {
  const [, , , , , , , , , , , user, system, ended, endedSystem] = fields(String(pid)) ?? [];
  return (
    [user, system, ended, endedSystem].reduce((sum, it) => sum + Number(it ?? 0), 0) /
    TICKS_PER_SECOND
  );
}

/** From the process's state on; what comes before may hold blanks. */
function fields(pid: string): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return null;
  }
}

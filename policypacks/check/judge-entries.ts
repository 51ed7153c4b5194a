import { type PolicyDocument, type PolicyProblem, validatePolicy } from "@aifactory/sdk/policy";
import type { Finding, Level, Rule } from "./finding.ts";
import type { Entry } from "./read-file.ts";

/** A Policy that may be saved, and where it was written. */
export interface FilePolicy {
  readonly document: PolicyDocument;
  readonly entry: Entry;
}

/** The Policies that may be saved, and what is wrong with the others (POL-4). */
export function judgeEntries(
  entries: readonly Entry[],
  regions: readonly string[],
): { policies: FilePolicy[]; findings: Finding[] } {
  const policies = new Map<string, FilePolicy>();
  const findings: Finding[] = [];
  for (const entry of entries) {
    const problems = validatePolicy(entry.value, { regions });
    findings.push(...problems.map((problem) => findingOf(problem, entry)));
    if (problems.length > 0) continue;
    const document = entry.value as PolicyDocument;
    const namesake = policies.get(document.name);
    if (namesake === undefined) policies.set(document.name, { document, entry });
    else findings.push(duplicate(document.name, entry, namesake.entry));
  }
  return { policies: [...policies.values()], findings };
}

/** The regions that Policies name, for want of a catalogue. */
export function regionsNamed(entries: readonly Entry[]): string[] {
  const names = entries.flatMap(({ value }) =>
    list(field(value, "statements")).flatMap((statement) => list(field(statement, "regions"))),
  );
  return [...new Set(names.filter((name) => typeof name === "string" && name !== "*"))] as string[];
}

/** A finding about a Policy of a file, at what the pointer names. */
export function findingAt(
  entry: Entry,
  pointer: string,
  about: { readonly rule: Rule; readonly level: Level; readonly message: string },
): Finding {
  const name = field(entry.value, "name");
  const statement = /^\/statements\/(\d+)/.exec(pointer)?.[1];
  return {
    ...about,
    file: entry.file,
    ...entry.locate(pointer),
    policy: typeof name === "string" ? name : null,
    statement: statement === undefined ? null : Number(statement),
  };
}

function findingOf({ pointer, code, message }: PolicyProblem, entry: Entry): Finding {
  return findingAt(entry, pointer, { rule: code, level: "error", message });
}

function duplicate(name: string, entry: Entry, first: Entry): Finding {
  const message = `There is a Policy "${name}" in ${first.file}, line ${first.locate("/name").line}, already.`;
  return findingAt(entry, "/name", { rule: "duplicate_policy", level: "error", message });
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

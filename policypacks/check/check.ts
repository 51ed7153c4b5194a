import type { PolicyDiff } from "@aifactory/sdk";
import { compare } from "./compare.ts";
import type { Finding } from "./finding.ts";
import { judgeEntries, regionsNamed } from "./judge-entries.ts";
import { lintAlone } from "./lint-entries.ts";
import { openLive, readRegions } from "./live.ts";
import type { Options } from "./options.ts";
import { readPolicyFile } from "./read-file.ts";

/** All that was found, in the order of the files. */
export interface Report {
  readonly passed: boolean;
  readonly findings: readonly Finding[];
  /** null: nothing was compared. */
  readonly comparison: ({ url: string; organizationId: string } & PolicyDiff) | null;
  /** Why nothing was compared. */
  readonly notCompared: "offline" | "errors" | null;
}

/** Stands for every region that no file names, of which `"*"` speaks, too. */
const ANY_OTHER = "…";

/** Reads, validates, lints and compares. @throws UsageError, AiFactoryError */
export async function check(options: Options, directory: string): Promise<Report> {
  const read = await Promise.all(options.files.map((file) => readPolicyFile(file, directory)));
  const entries = read.flatMap((file) => file.entries);
  const live = options.live && openLive(options.live);
  const known = live ? await readRegions(live) : options.regions;
  const { policies, findings: invalid } = judgeEntries(entries, known ?? regionsNamed(entries));
  const regions = known ?? [...regionsNamed(entries), ANY_OTHER];
  const findings = [
    ...read.flatMap((file) => file.findings),
    ...invalid,
    ...lintAlone(policies, regions),
  ];
  const isWrong = findings.some(({ level }) => level === "error");
  if (live === null || isWrong) {
    const notCompared = live === null ? "offline" : "errors";
    return report(options, { findings, comparison: null, notCompared });
  }
  const { expectNoNewAccess } = options;
  const { diff, findings: more } = await compare(live, policies, { regions, expectNoNewAccess });
  const { url, organizationId } = live;
  return report(options, {
    findings: [...findings, ...more],
    comparison: { url, organizationId, ...diff },
    notCompared: null,
  });
}

function report(
  { files, strict, expectNoNewAccess }: Options,
  found: Omit<Report, "passed">,
): Report {
  const findings = found.findings.toSorted(
    (one, other) =>
      files.indexOf(one.file) - files.indexOf(other.file) ||
      one.line - other.line ||
      one.column - other.column,
  );
  const failing = strict ? ["error", "warning"] : ["error"];
  const isAsExpected = !expectNoNewAccess || (found.comparison?.newAccess ?? []).length === 0;
  const passed = isAsExpected && !findings.some(({ level }) => failing.includes(level));
  return { ...found, findings, passed };
}

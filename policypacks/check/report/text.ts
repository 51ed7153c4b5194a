import type { Finding } from "../finding.ts";
import type { Report } from "../check.ts";

/** The report for people: findings by file, what was compared, the verdict. */
export function asText(report: Report): string {
  const byFile = Map.groupBy(report.findings, ({ file }) => file);
  const files = [...byFile].map(([file, findings]) => `${file}\n${table(findings)}\n`);
  return [...files, compared(report), verdict(report), ""].join("\n");
}

function table(findings: readonly Finding[]): string {
  const rows = findings.map(({ line, column, level, rule, message }) => ({
    cells: [`${line}:${column}`, level, rule],
    message,
  }));
  const widths = [0, 1, 2].map((index) =>
    Math.max(...rows.map(({ cells }) => cells[index]!.length)),
  );
  return rows
    .map(({ cells, message }) => {
      const padded = cells.map((cell, index) => cell.padEnd(widths[index]!));
      return `  ${padded.join("  ")}  ${message}`;
    })
    .join("\n");
}

function compared({ comparison, notCompared }: Report): string {
  if (comparison === null) {
    return notCompared === "errors"
      ? "Not compared with the Organization: correct the errors first."
      : "Not compared with any Organization (--offline).";
  }
  const { url, organizationId, created, updated, unchanged } = comparison;
  const parts = [
    ...named(created, "new, attached nowhere yet"),
    ...named(updated, "changed"),
    ...named(unchanged, "unchanged"),
  ];
  return `Compared with ${organizationId} on ${url}: ${parts.join("; ")}.`;
}

function named(names: readonly string[], what: string): string[] {
  return names.length === 0 ? [] : [`${names.join(", ")} ${what}`];
}

function verdict({ findings, passed }: Report): string {
  const counts = (["error", "warning", "note"] as const).flatMap((level) => {
    const count = findings.filter((finding) => finding.level === level).length;
    return count === 0 ? [] : [`${count} ${level}${count === 1 ? "" : "s"}`];
  });
  return `${passed ? "Passed" : "Failed"}: ${counts.join(", ") || "nothing found"}.`;
}

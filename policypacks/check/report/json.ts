import type { Report } from "../check.ts";

/** The report for programs; findings and comparison as they are. */
export function asJson({ passed, findings, comparison }: Report): string {
  return `${JSON.stringify({ passed, findings, comparison }, null, 2)}\n`;
}

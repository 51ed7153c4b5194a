import type { ReportViolation } from "@pulumi/policy";

/** Something that a policy says about a program. */
export interface Finding {
  readonly message: string;
  /** What it is about; the whole stack where there is none. */
  readonly urn?: string | undefined;
  /** Said for information, whatever the level of the policy. */
  readonly advisory?: boolean;
}

/** What the SDK takes, and its types do not show: a violation with a level of its own. */
type ReportWithLevel = (violation: {
  readonly message: string;
  readonly urn?: string | undefined;
  readonly enforcementLevel: "advisory";
}) => void;

/** Hands a finding to the engine: at the level of the policy, or as an advisory. */
export function reportFinding(
  { message, urn, advisory = false }: Finding,
  description: string,
  report: ReportViolation,
): void {
  if (!advisory) return report(message, urn);
  // The SDK puts the description before a plain message only.
  const violation = {
    message: `${description}\n${message}`,
    enforcementLevel: "advisory",
  } as const;
  (report as unknown as ReportWithLevel)(urn === undefined ? violation : { ...violation, urn });
}

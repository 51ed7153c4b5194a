import { covers, endOf, type Exemption } from "./exemption.ts";
import type { Finding } from "./finding.ts";

interface Case {
  readonly policy: string;
  readonly exemptions: readonly Exemption[];
  readonly now: Date;
}

/**
 * Turns what an exemption covers into an advisory with its reason and end: never silent. An expired exemption covers
 * nothing, and is itself an advisory wherever it would have counted. What is about no resource cannot be exempted.
 * @throws {ConfigurationError} for an exemption whose end is no date.
 */
export function applyExemptions(
  findings: readonly Finding[],
  { policy, exemptions, now }: Case,
): Finding[] {
  const mine = exemptions
    .map((exemption, at) => ({ exemption, end: endOf(exemption, `exemptions[${at}]`) }))
    .filter(({ exemption }) => (exemption.policy ?? policy) === policy);
  return findings.flatMap((finding) => {
    const { urn, advisory } = finding;
    if (advisory || urn === undefined) return finding;
    const mineHere = mine.filter(({ exemption }) => covers(exemption, urn));
    const honoured = mineHere.find(({ end }) => end > now);
    if (honoured) return exempted(finding, honoured.exemption);
    const expired = mineHere.map(({ exemption }) => ({
      ...finding,
      message: `The exemption ${described(exemption)} expired on ${exemption.expires} and is not honoured.`,
      advisory: true,
    }));
    return [finding, ...expired];
  });
}

function exempted(finding: Finding, exemption: Exemption): Finding {
  const until = `EXEMPTED until ${exemption.expires} – ${described(exemption)}`;
  return { ...finding, message: `${until}: ${finding.message}`, advisory: true };
}

function described({ resource, reason, approvedBy }: Exemption): string {
  const by = approvedBy === undefined ? "" : `, approved by ${approvedBy}`;
  return `of ${resource} (${reason}${by})`;
}

import type { PolicyDiff } from "@aifactory/sdk";
import type { NamedPolicy, PolicyDocument } from "@aifactory/sdk/policy";
import { gainFindings, lossFindings, warningFindings } from "./access-findings.ts";
import { attachedAt, type Place } from "./attached-at.ts";
import type { Finding } from "./finding.ts";
import type { FilePolicy } from "./judge-entries.ts";
import { lintTogether } from "./lint-entries.ts";
import { type Live, readBoundaries, type SavedBoundary } from "./live.ts";

/** What saving the Policies would do to the Organization (POL-6). */
export interface Comparison {
  readonly diff: PolicyDiff;
  readonly findings: readonly Finding[];
}

/** Compares Policies, one at least, with those that are saved. New access is an error where none is expected. */
export async function compare(
  live: Live,
  policies: readonly FilePolicy[],
  about: { readonly regions: readonly string[]; readonly expectNoNewAccess: boolean },
): Promise<Comparison> {
  const { client, organizationId } = live;
  const diff = await client.diffPolicies({
    path: { organizationId },
    body: { policies: policies.map(({ document }) => toRequest(document)) },
  });
  const boundaries = await readBoundaries(live);
  const updated = policies.filter(({ document }) => diff.updated.includes(document.name));
  // Whatever was detached meanwhile, no change goes untold.
  const concerned = async (place: Place) => {
    const attached = await attachedAt(live, place, updated, boundaries);
    return [attached, updated, policies].find(({ length }) => length > 0)!;
  };
  const level = about.expectNoNewAccess ? "error" : "note";
  const findings = lintBoundaries(policies, boundaries, about.regions);
  for (const { gained, ...place } of diff.newAccess) {
    const today = diff.changes.find((change) => isSame(change, place))?.gained ?? [];
    findings.push(...gainFindings(await concerned(place), place, { gained, today, level }));
  }
  for (const { lost, warnings, ...place } of diff.changes) {
    const there = await concerned(place);
    findings.push(...lossFindings(there, place, lost));
    findings.push(...warningFindings(there, place, warnings));
  }
  return { diff, findings };
}

/** What is said in vain in the boundaries as they would be. */
function lintBoundaries(
  policies: readonly FilePolicy[],
  boundaries: readonly SavedBoundary[],
  regions: readonly string[],
): Finding[] {
  const written = new Map(policies.map(({ document }) => [document.name, document]));
  return boundaries.flatMap(({ workspace, policies: saved }) => {
    if (!saved.some(({ name }) => written.has(name))) return [];
    const boundary = saved.map((one) => written.get(one.name) ?? (one as NamedPolicy));
    return lintTogether(policies, { workspace, boundary }, regions);
  });
}

function isSame(one: Place, other: Place): boolean {
  return one.workspaceId === other.workspaceId && one.userId === other.userId;
}

/** What the API takes: lists that may be written to. */
function toRequest({ statements, ...rest }: PolicyDocument) {
  const copy = <Name extends string>(names: readonly Name[] | "*") =>
    names === "*" ? names : [...names];
  return {
    name: rest.name,
    ...(rest.description === undefined ? {} : { description: rest.description }),
    statements: statements.map(({ regions, actions, ...statement }) => ({
      ...statement,
      regions: copy(regions),
      actions: copy(actions),
    })),
  };
}

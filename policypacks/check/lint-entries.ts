import { type LintFinding, lintPolicies, type NamedPolicy } from "@aifactory/sdk/policy";
import type { Finding } from "./finding.ts";
import { type FilePolicy, findingAt } from "./judge-entries.ts";

/** What each Policy says in vain, whatever it is attached beside (POL-6). */
export function lintAlone(policies: readonly FilePolicy[], regions: readonly string[]): Finding[] {
  return policies.flatMap((policy) =>
    lint([policy.document], regions).map((found) => judge(policy, found)),
  );
}

/** What Policies say in vain because of what else is in a Workspace's boundary; elsewhere it may well matter. */
export function lintTogether(
  policies: readonly FilePolicy[],
  place: { readonly workspace: string; readonly boundary: readonly NamedPolicy[] },
  regions: readonly string[],
): Finding[] {
  return lint(place.boundary, regions).flatMap((found) => {
    const policy = policies.find(({ document }) => document.name === found.policy);
    if (policy === undefined || found.index === null) return [];
    const alone = lint([policy.document], regions);
    if (alone.some(({ index }) => index === found.index)) return [];
    const said = found.message.replace(/ Remove it.*$/, "");
    const message = `In Workspace "${place.workspace}", ${said}`;
    return [
      findingAt(policy.entry, pointerTo(found), { rule: found.code, level: "note", message }),
    ];
  });
}

function lint(boundaries: readonly NamedPolicy[], regions: readonly string[]): LintFinding[] {
  return lintPolicies({ boundaries, identityPolicies: [], regions });
}

function judge({ document, entry }: FilePolicy, found: LintFinding): Finding {
  const onlyDenies = document.statements.every(({ effect }) => effect === "Deny");
  if (found.index === null && onlyDenies) {
    const message = "It only takes away. Attach it beside an Allow, for alone it allows nothing.";
    return findingAt(entry, "/statements", { rule: found.code, level: "note", message });
  }
  // Nothing is attached yet, so neither is it a boundary.
  const message = found.message
    .replace(/^boundary "[^"]*": s/, "S")
    .replace(/^boundary/, "The Policy");
  return findingAt(entry, pointerTo(found), { rule: found.code, level: "warning", message });
}

function pointerTo({ index }: LintFinding): string {
  return index === null ? "/statements" : `/statements/${index}`;
}

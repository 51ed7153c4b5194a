import type { NamedPolicy } from "@aifactory/sdk/policy";
import type { Configuration } from "./configuration.ts";
import { workspaceOf, type Candidate, type Program } from "./program.ts";
import { relate, type Reference } from "./reference.ts";

/**
 * Every boundary that a Workspace can turn out to have, as far as it matters: the Policies that are attached for sure,
 * and each that may be, beside them. A cell that all of these allow is allowed by every subset of what may be attached,
 * because a Policy more can refuse only by a Deny of its own or by being the first one without an Allow (IAC-7).
 */
export function possibleBoundaries(
  program: Program,
  workspace: Reference,
  { boundaries }: Configuration,
): Candidate[][] {
  const certain: NamedPolicy[] = [];
  const possible: Candidate[] = [];
  const add = (policies: readonly Candidate[], isCertain: boolean): void => {
    const [only, ...others] = policies;
    if (isCertain && only && others.length === 0 && !("untold" in only)) certain.push(only);
    else possible.push(...policies);
  };
  for (const attachment of program.attachments) {
    const relation = relate(attachment.workspace, workspace);
    if (relation !== "different")
      add(attachment.policies, relation === "same" && attachment.isBoundary);
  }
  for (const boundary of boundaries) {
    const bounds = isNamed(program, workspace, boundary.workspaces);
    if (bounds !== "different") add([boundary], bounds === "same");
  }
  return [certain, ...possible.map((policy) => [...certain, policy])];
}

/** Whether a Workspace is among those that configuration names by name or id; without names, all are. */
function isNamed(
  program: Program,
  reference: Reference,
  names: readonly string[] | undefined,
): ReturnType<typeof relate> {
  if (names === undefined) return "same";
  if (reference.id !== undefined && names.includes(reference.id)) return "same";
  const name = workspaceOf(program, reference)?.name;
  if (typeof name === "string") return names.includes(name) ? "same" : "different";
  return "unsure";
}

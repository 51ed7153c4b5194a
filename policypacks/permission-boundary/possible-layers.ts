import { relateNamed, relateWorkspaces, type Reference } from "@aifactory/policy-kit";
import type { Candidate } from "./candidates.ts";
import type { Configuration } from "./configuration.ts";
import type { Program } from "./program.ts";

/** The Policies that decide on a resource. */
export interface Layers {
  readonly boundaries: readonly Candidate[];
  readonly identityPolicies: readonly Candidate[];
}

type Layer = keyof Layers;
const LAYERS = { boundary: ["boundaries"], identity: ["identityPolicies"] } as const;

/**
 * All that a Workspace can turn out to have, as far as it matters: the Policies that are attached for sure, and each that
 * may be, beside them. A cell that all of these allow is allowed by every subset of what may be attached, because a
 * Policy more can refuse only by a Deny of its own or by being the first of its layer without an Allow (IAC-7).
 */
export function possibleLayers(
  program: Program,
  workspace: Reference,
  { boundaries, identityPolicies }: Configuration,
): Layers[] {
  const certain = {
    boundaries: [] as Candidate[],
    identityPolicies: [...identityPolicies] as Candidate[],
  };
  const possible: [Layer, Candidate][] = [];
  const add = (layers: readonly Layer[], policies: readonly Candidate[], isSure: boolean): void => {
    const [layer, ...otherLayers] = layers;
    const [only, ...others] = policies;
    const isCertain = isSure && otherLayers.length === 0 && others.length === 0;
    if (isCertain && layer && only && !("untold" in only)) certain[layer].push(only);
    else
      possible.push(
        ...layers.flatMap((each) => policies.map((policy) => [each, policy] as [Layer, Candidate])),
      );
  };
  for (const { workspace: place, policies, as } of program.attachments) {
    const relation = relateWorkspaces(program.workspaces, place, workspace);
    const layers: readonly Layer[] =
      as === "unsure" ? ["boundaries", "identityPolicies"] : LAYERS[as];
    if (relation !== "different") add(layers, policies, relation === "same");
  }
  for (const boundary of boundaries) {
    const bounds = isNamed(program, workspace, boundary.workspaces);
    if (bounds !== "different") add(["boundaries"], [boundary], bounds === "same");
  }
  return [
    certain,
    ...possible.map(([layer, policy]) => ({ ...certain, [layer]: [...certain[layer], policy] })),
  ];
}

/** Whether a Workspace is among those that configuration names by name or id; without names, all are. */
function isNamed(
  program: Program,
  reference: Reference,
  names: readonly string[] | undefined,
): ReturnType<typeof relateWorkspaces> {
  if (names === undefined) return "same";
  const relations = new Set(names.map((name) => relateNamed(program.workspaces, reference, name)));
  return (["same", "unsure"] as const).find((each) => relations.has(each)) ?? "different";
}

import type { Cell } from "@aifactory/sdk/policy";
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import type { Contender, Evaluator } from "./contender.ts";
import { layersOf, type Layer, type Rule } from "./layers.ts";

let built = 0;

/**
 * One parsed policy set a layer, kept by cedar under a name. Lists stand in the policies and neither entities nor
 * schema are handed in: cedar would read the entities, and walk the schema's actions, at each question.
 */
export const cedar: Contender = {
  name: "cedar-wasm",
  remembers: false,
  build: (subject) => new PolicySets(layersOf(subject).map(parsed)),
};

function parsed(layer: Layer): string {
  const id = `${layer.name}-${built++}`;
  const policies = [
    ...layer.denies.map((rule) => policyText("forbid", rule)),
    ...layer.allows.map((rule) => policyText("permit", rule)),
  ];
  const answer = preparsePolicySet(id, { staticPolicies: policies.join("\n") });
  if (answer.type !== "success") throw new Error(JSON.stringify(answer.errors));
  return id;
}

function policyText(verb: "permit" | "forbid", { actions, regions }: Rule): string {
  const listed = (type: string, ids: readonly string[]) =>
    `[${ids.map((id) => `${type}::"${id}"`).join(", ")}]`;
  return `${verb} (principal, action in ${listed("Action", actions)}, resource) when { ${listed("Region", regions)}.contains(resource) };`;
}

class PolicySets implements Evaluator {
  readonly #ids: readonly string[];

  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  countAllowed(cells: readonly Cell[], from: number, to: number): number {
    let allowed = 0;
    for (let at = from; at < to; at++) {
      const cell = cells[at]!;
      if (this.#ids.every((id) => isAuthorized(id, cell))) allowed++;
    }
    return allowed;
  }

  release(): void {
    for (const id of this.#ids) preparsePolicySet(id, {});
  }
}

function isAuthorized(preparsedPolicySetId: string, { action, region }: Cell): boolean {
  const answer = statefulIsAuthorized({
    principal: { type: "Member", id: "member" },
    action: { type: "Action", id: action },
    resource: { type: "Region", id: region },
    context: {},
    preparsedPolicySetId,
    validateRequest: false,
    entities: [],
  });
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === "allow";
}

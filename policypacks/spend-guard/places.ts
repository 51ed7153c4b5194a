import type { PolicyResource } from "@pulumi/policy";
import {
  readWorkspaces,
  relateWorkspaces,
  workspaceName,
  type Reference,
  type Workspaces,
} from "@aifactory/policy-kit";
import type { Cost } from "./costs.ts";
import type { Facts } from "./facts.ts";

/** A Workspace in which the program has things that cost, or may have. */
export interface Place {
  readonly reference: Reference;
  readonly name: string;
  /** What findings about it are about: the program's own Workspace; undefined for one that it does not make. */
  readonly urn: string | undefined;
  readonly costs: readonly Cost[];
  /** Things that may be in another Workspace, and are counted here too. */
  readonly unsure: number;
}

/** The name of a Workspace of which nothing is known. */
const NOT_KNOWN = "(not known yet)";

/** Groups what costs by Workspace. What may be in several counts in each: none of them is to be exceeded. */
export function placesOf(
  resources: readonly PolicyResource[],
  costs: readonly Cost[],
  facts: Pick<Facts, "workspaces">,
): { readonly places: readonly Place[]; readonly workspaces: Workspaces } {
  const workspaces = { own: readWorkspaces(resources), saved: facts.workspaces };
  const own = workspaces.own.map(({ self }) => self);
  const distinct: Reference[] = [...own];
  for (const { place } of costs) {
    const isThere = distinct.some((each) => relateWorkspaces(workspaces, each, place) === "same");
    const isNowhere = place.id === undefined && place.urn === undefined;
    if (!isThere && !(isNowhere && distinct.length > 0)) distinct.push(place);
  }
  const places = distinct.flatMap((reference) => {
    const related = costs.map((cost) => {
      return { cost, relation: relateWorkspaces(workspaces, cost.place, reference) };
    });
    const here = related.filter(({ relation }) => relation !== "different");
    if (here.length === 0) return [];
    const unsure = here.filter(({ relation }) => relation === "unsure").length;
    const name = workspaceName(workspaces, reference) ?? NOT_KNOWN;
    const isOwn = own.includes(reference);
    const place: Place = {
      reference,
      name,
      urn: isOwn ? reference.urn : undefined,
      costs: here.map(({ cost }) => cost),
      unsure,
    };
    return [place];
  });
  return { places, workspaces };
}

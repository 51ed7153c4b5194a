import type { PolicyResource } from "@pulumi/policy";
import { kindOf } from "./kinds.ts";
import { readProps } from "./read.ts";
import { ownReference, referenceOf, relate, type Reference } from "./reference.ts";

/** A Workspace that the control plane has. */
export interface SavedWorkspace {
  readonly id: string;
  readonly name: string;
}

/** A Workspace that the program makes. */
export interface OwnWorkspace {
  readonly self: Reference;
  readonly name: unknown;
}

/** The Workspaces that references can mean. */
export interface Workspaces {
  readonly own: readonly OwnWorkspace[];
  /** All that the token may see; null where nobody asked. */
  readonly saved: readonly SavedWorkspace[] | null;
}

/** The Workspaces of a program. */
export function readWorkspaces(resources: readonly PolicyResource[]): OwnWorkspace[] {
  return resources
    .filter(({ type }) => kindOf(type) === "Workspace")
    .map((resource) => {
      const { workspaceId, name } = readProps(resource.props);
      return { self: ownReference(resource, workspaceId), name };
    });
}

/**
 * Whether two references mean the same Workspace. Where the control plane was asked, a Workspace of the program whose id
 * is not there yet is the saved one of its name, or none of the saved ones: names are unique (ORG-3), and references to
 * what exists show its id in every preview.
 */
export function relateWorkspaces(
  workspaces: Workspaces,
  a: Reference,
  b: Reference,
): ReturnType<typeof relate> {
  const relation = relate(a, b);
  if (relation !== "unsure") return relation;
  const [one, other] = [identityOf(workspaces, a), identityOf(workspaces, b)];
  if (one === undefined || other === undefined) return "unsure";
  return one === other ? "same" : "different";
}

/** A saved id or the URN of what is to be made; undefined where that cannot be told. */
function identityOf({ own, saved }: Workspaces, reference: Reference): string | undefined {
  if (saved === null) return undefined;
  if (reference.id !== undefined) return reference.id;
  const name = own.find(({ self }) => self.urn === reference.urn)?.name;
  if (typeof name !== "string") return undefined;
  return saved.find((each) => each.name === name)?.id ?? reference.urn;
}

/** The name of a Workspace as far as it is known, otherwise its id. */
export function workspaceName(
  { own, saved }: Workspaces,
  reference: Reference,
): string | undefined {
  const name = own.find(({ self }) => relate(self, reference) === "same")?.name;
  if (typeof name === "string") return name;
  return saved?.find(({ id }) => id === reference.id)?.name ?? reference.id;
}

/**
 * Whether a name or id in the configuration means the Workspace of a reference. Where a preview shows only the other of
 * the two it may: what limits or bounds a Workspace must not lapse because a preview changes it.
 */
export function relateNamed(
  workspaces: Workspaces,
  reference: Reference,
  named: string,
): ReturnType<typeof relate> {
  const { own, saved } = workspaces;
  const id = reference.id ?? own.find(({ self }) => relate(self, reference) === "same")?.self.id;
  const name = workspaceName(workspaces, { ...reference, id });
  if (named === id || named === name) return "same";
  if (!named.startsWith("ws_")) return name === undefined || name === id ? "unsure" : "different";
  if (id !== undefined) return "different";
  const identity = saved === null ? undefined : identityOf(workspaces, reference);
  if (identity === undefined) return "unsure";
  return identity === named ? "same" : "different";
}

/** Which saved Workspaces some resources of a program are in: all may be, where one of those may be anywhere. */
export function touchedWorkspaces(
  resources: readonly PolicyResource[],
  isOne: (resource: PolicyResource) => boolean,
): (workspace: SavedWorkspace) => boolean {
  const own = readWorkspaces(resources);
  const places = resources
    .filter(isOne)
    .map((resource) =>
      referenceOf(resource, readProps(resource.props), "workspaceId", "Workspace"),
    );
  const nameOf = ({ urn }: Reference) => own.find(({ self }) => self.urn === urn)?.name;
  const isAnywhere = places.some(
    (place) => place.id === undefined && typeof nameOf(place) !== "string",
  );
  return ({ id, name }) =>
    isAnywhere ||
    places.some((place) => (place.id === undefined ? nameOf(place) === name : place.id === id));
}

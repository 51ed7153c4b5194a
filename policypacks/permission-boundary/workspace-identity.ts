import { relate, type Reference } from "@aifactory/policy-kit";
import type { NamedWorkspace, Program } from "./program.ts";

/**
 * Whether two references mean the same Workspace. Where the control plane was asked, a Workspace of the program whose id
 * is not there yet is the saved one of its name, or none of the saved ones: names are unique (ORG-3).
 */
export function relateWorkspaces(
  program: Program,
  a: Reference,
  b: Reference,
): ReturnType<typeof relate> {
  const relation = relate(a, b);
  if (relation !== "unsure") return relation;
  const [one, other] = [identityOf(program, a), identityOf(program, b)];
  if (one === undefined || other === undefined) return "unsure";
  return one === other ? "same" : "different";
}

/** A saved id or the URN of what is to be made; undefined where that cannot be told. */
function identityOf({ saved, workspaces }: Program, reference: Reference): string | undefined {
  if (saved === null) return undefined;
  if (reference.id !== undefined) return reference.id;
  const name = workspaces.find(({ self }) => self.urn === reference.urn)?.name;
  if (typeof name !== "string") return undefined;
  return saved.workspaces.find((each) => each.name === name)?.id ?? reference.urn;
}

/** The Workspace of the program that a reference means for sure. */
export function workspaceOf(program: Program, reference: Reference): NamedWorkspace | undefined {
  return program.workspaces.find(({ self }) => relate(self, reference) === "same");
}

/** The name of a Workspace as far as it is known, otherwise its id. */
export function nameOf(program: Program, reference: Reference): string | undefined {
  const own = workspaceOf(program, reference)?.name;
  if (typeof own === "string") return own;
  const saved = program.saved?.workspaces.find(({ id }) => id === reference.id);
  return saved?.name ?? reference.id;
}

import type { Access, Layer } from "./access.ts";
import type { Question } from "./filter.ts";
import { allowedRegions } from "./filter.ts";
import type { Role } from "./vocabulary.ts";

/** What a credential must be where another one was refused (ID-3). */
export const CREDENTIALS = [
  "operator",
  "principal",
  "user",
  "signIn",
  "readWrite",
  "anyWorkspace",
] as const;
export type Credential = (typeof CREDENTIALS)[number];

/** What would allow what was refused, for programs to act on; the last sentence of a message says it to people. */
export interface Remedy {
  /** Where the caller may do the same as things are. */
  readonly allowedRegions: readonly string[];
  /** The roles that may do it; empty where it is not for the role. */
  readonly neededRoles: readonly Role[];
  /** Who can change that: the Owner alone, or also an Admin of the Workspace; null where nobody can. */
  readonly ask: "Owner" | "Admin" | null;
  /** The credential that it takes; null where it is not for the credential. */
  readonly credential: Credential | null;
  /** When it is allowed without anybody's doing, RFC 3339; null where time alone changes nothing. */
  readonly notBefore: string | null;
}

const NONE: Remedy = {
  allowedRegions: [],
  neededRoles: [],
  ask: null,
  credential: null,
  notBefore: null,
};

/** A remedy of some parts. */
export function remedy(parts: Partial<Remedy>): Remedy {
  return { ...NONE, ...parts };
}

/** The remedy where only some roles may do it: to have one, or to ask who does; what the Owner may not, nobody gives. */
export function remedyByRole(neededRoles: readonly Role[]): Remedy {
  if (!neededRoles.includes("Owner")) return remedy({ neededRoles });
  return remedy({ neededRoles, ask: neededRoles.includes("Admin") ? "Admin" : "Owner" });
}

/** The remedy of what a layer of the evaluator denied (POL-5). Tells nothing that a Member may not know (RBAC-8). */
export function remedyOf(access: Access, question: Question, layer: Layer | null): Remedy {
  if (layer === "role") return remedyByRole(["Owner", "Admin"]);
  return remedy({
    allowedRegions: allowedRegions(access, question.action, question),
    ask: "Owner",
  });
}

import { operationRow, ROLES, type Remedy } from "@aifactory/sdk/policy";
import { expect } from "vitest";
import type { Operation } from "../../api/contract/operation.ts";
import type { Answer } from "../support/request.ts";
import type { Standing } from "../support/fixture.ts";

const CREDENTIALS: Record<string, Remedy["credential"]> = {
  token_read_only: "readWrite",
  token_restricted: "anyWorkspace",
  sign_in_required: "signIn",
};

/** All that a Member may learn from a refusal, whatever refused (RBAC-8). */
const FOR_MEMBERS: ReadonlySet<string> = new Set(
  (
    "type title status code detail requestId layer remedy operation role neededRoles " +
    "service action region statements nearestMiss resetsAt"
  ).split(" "),
);

/** RBAC-8: a refusal of a role or a credential says which one it takes, and no settings of anybody's. */
export function expectHelp(operation: Operation, actor: Standing, body: Answer["body"]): void {
  const remedy: Remedy = body.remedy;
  const unknown = Object.keys(body).filter((field) => !FOR_MEMBERS.has(field));
  if (actor.roleHere !== "Owner" && actor.roleHere !== "Admin") expect(unknown).toEqual([]);
  const credential = CREDENTIALS[body.code];
  if (credential !== undefined) {
    expect(body.layer).toBe("token");
    expect(remedy).toEqual({ ...NO_REMEDY, credential });
    return;
  }
  expect(body.layer).toBe("role");
  if (remedy.credential !== null) {
    const { target } = operationRow(operation.id);
    const other = target === "operator" ? "operator" : "principal";
    expect(remedy.credential).toBe(
      operation.id === "createOrganization" && actor.kind !== "operator" ? "user" : other,
    );
    return;
  }
  // Not for the role: others end the membership of a program.
  if (operation.id === "leaveWorkspace" && actor.kind === "serviceAccount") {
    expect(remedy.ask).toBe("Admin");
    return;
  }
  expect(remedy.neededRoles).toEqual(rolesThatMay(operation, actor));
  expect(remedy.neededRoles).not.toContain(body.role);
  const may = remedy.neededRoles.includes("Owner");
  expect(remedy.ask).toBe(may ? (remedy.neededRoles.includes("Admin") ? "Admin" : "Owner") : null);
}

const NO_REMEDY: Remedy = {
  allowedRegions: [],
  neededRoles: [],
  ask: null,
  credential: null,
  notBefore: null,
};

function rolesThatMay(operation: Operation, { owns }: Standing) {
  const row = operationRow(operation.id);
  return ROLES.filter((role) => row[role] === "yes" || (row[role] === "own" && owns));
}

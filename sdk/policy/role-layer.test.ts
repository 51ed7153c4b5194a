import { expect, test } from "vitest";
import { roleGrants } from "./role-layer.ts";
import { OPERATIONS, operationRow } from "./roles.ts";
import type { OperationId } from "./roles.ts";
import type { Role } from "./vocabulary.ts";
import { ALL_ACTIONS, isAction, verbOf } from "./vocabulary.ts";

test("RBAC-3 every role acts on its own resources, all of inference included", () => {
  for (const role of ["Owner", "Admin", "Member"] as const) {
    for (const action of ALL_ACTIONS) expect(roleGrants(role, action, true)).toBe(true);
  }
});

test("RBAC-3 a Member only reads what others own", () => {
  for (const action of ALL_ACTIONS) {
    expect(roleGrants("Member", action, false)).toBe(verbOf(action) === "read");
    expect(roleGrants("Admin", action, false)).toBe(true);
    expect(roleGrants("Owner", action, false)).toBe(true);
  }
});

test("RBAC-7 the actions of the role table are known, and its grants on items are those of the role layer", () => {
  for (const operation of Object.keys(OPERATIONS) as OperationId[]) {
    const { action, target, Member } = operationRow(operation);
    if (action === undefined) continue;
    expect(isAction(action), operation).toBe(true);
    const onItem = target === "notebook" || target === "container" || target === "volume";
    if (onItem) expect(roleGrants("Member", action, false), operation).toBe(Member === "yes");
  }
});

test("RBAC-7 what is no role or no action is not granted", () => {
  expect(roleGrants("Guest" as Role, "notebook:read", true)).toBe(false);
  expect(roleGrants("Owner", "notebook:restart", true)).toBe(false);
});

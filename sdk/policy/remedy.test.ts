import { expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { remedy, remedyByRole, remedyOf } from "./remedy.ts";
import { allow, member, policy } from "./testing/subjects.ts";
import type { AccessSubject } from "./subject.ts";

function remedyIn(given: Partial<AccessSubject>, owns = true) {
  const access = compileAccess(member(given));
  const question = { action: "notebook:create", region: "tokyo", owns } as const;
  return remedyOf(access, question, access.explain("notebook:create", "tokyo", question).layer);
}

test("POL-5 the remedy of a denial is where the same is allowed, and the Owner", () => {
  const inHanoi = remedy({ allowedRegions: ["hanoi"], ask: "Owner" });
  expect(remedyIn({ boundaries: [policy("vn", allow("notebook", ["hanoi"]))] })).toEqual(inHanoi);
  expect(remedyIn({ services: { notebook: ["hanoi"] } })).toEqual(inHanoi);
  const nowhere = { identityPolicies: [policy("c", allow("container"))] };
  expect(remedyIn(nowhere)).toEqual(remedy({ ask: "Owner" }));
});

test("RBAC-3 what a Member may do to own resources only, Owner and Admins may: an Admin is asked", () => {
  expect(remedyIn({}, false)).toEqual(remedy({ neededRoles: ["Owner", "Admin"], ask: "Admin" }));
});

test("RBAC-8 nobody is asked for what the Owner may not either", () => {
  expect(remedyByRole(["Owner"]).ask).toBe("Owner");
  expect(remedyByRole(["Admin", "Member"])).toEqual(remedy({ neededRoles: ["Admin", "Member"] }));
});

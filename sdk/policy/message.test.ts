import { describe, expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { denialMessage } from "./message.ts";
import { allow, deny, member, policy } from "./testing/subjects.ts";
import type { AccessSubject } from "./subject.ts";
import type { Action } from "./vocabulary.ts";

function message(
  given: Partial<AccessSubject>,
  action: Action = "notebook:create",
  region = "tokyo",
  owns = true,
) {
  return denialMessage(compileAccess(member(given)), { action, region, owns }, { workspace: "ml" });
}

describe("POL-5 the message of a denial", () => {
  test("POL-5 names the nearest statement, counted from 1, and what would allow it", () => {
    const vnOnly = policy("vn-only", allow("container", ["hanoi"]), allow("notebook", ["hanoi"]));
    expect(message({ boundaries: [vnOnly] })).toBe(
      'DENIED notebook:create in tokyo – boundary "vn-only" (workspace ml): no Allow matches; nearest statement 2 allows hanoi. ' +
        "Use hanoi, or ask the Owner to allow notebook:create in tokyo in a boundary of the Workspace.",
    );
  });

  test("POL-5 describes a nearest statement by all that differs", () => {
    const reader = policy(
      "reader",
      allow("notebook", ["hanoi"], ["notebook:read", "notebook:access"]),
    );
    expect(message({ identityPolicies: [reader] })).toBe(
      'DENIED notebook:create in tokyo – identity policy "reader" (workspace ml): no Allow matches; nearest statement 1 allows notebook:read and notebook:access in hanoi. ' +
        "Ask the Owner to allow notebook:create in tokyo in a Policy of the membership.",
    );
    expect(message({ boundaries: [policy("c", allow("container"))] })).toContain(
      "nearest statement 1 allows every container action.",
    );
  });

  test("POL-5 another region of the same Service is nearer than all of another Service", () => {
    const mixed = policy("mixed", allow("container"), allow("notebook", ["hanoi"]));
    expect(message({ boundaries: [mixed] })).toContain("nearest statement 2 allows hanoi.");
  });

  test("POL-5 names every Deny", () => {
    const all = allow("notebook");
    expect(message({ boundaries: [policy("no-jp", all, deny("notebook", ["tokyo"]))] })).toBe(
      'DENIED notebook:create in tokyo – boundary "no-jp" (workspace ml): statement 2 denies it. ' +
        "Use hanoi, or ask the Owner to narrow the Deny; no Allow outweighs it.",
    );
    const both = message({
      boundaries: [policy("a", deny("notebook"), deny("notebook", ["tokyo"]))],
      identityPolicies: [policy("b", deny("notebook"))],
    });
    expect(both).toBe(
      'DENIED notebook:create in tokyo – boundary "a" and identity policy "b" (workspace ml): statements 1 and 2 of boundary "a" and statement 1 of identity policy "b" deny it. ' +
        "Ask the Owner to narrow the Deny; no Allow outweighs it.",
    );
  });

  test("POL-5 says that a boundary of Denies only has no Allow", () => {
    expect(message({ boundaries: [policy("no-vn", deny("notebook", ["hanoi"]))] })).toContain(
      'boundary "no-vn" (workspace ml): it has no Allow, so it allows nothing.',
    );
  });

  test("ORG-4 names the Service that is not enabled", () => {
    expect(message({ services: { notebook: ["hanoi"] } })).toBe(
      'DENIED notebook:create in tokyo – service "notebook" (workspace ml): not enabled in tokyo. Use hanoi, or ask the Owner to enable the Service there.',
    );
  });

  test("RBAC-3 names the role that acts on own resources only", () => {
    expect(message({}, "notebook:stop", "hanoi", false)).toBe(
      "DENIED notebook:stop in hanoi – role Member (workspace ml): it grants this on own resources only. Ask whoever created the resource, or an Admin of the Workspace.",
    );
  });

  test("POL-5 there is no message for what is allowed", () => {
    expect(message({})).toBeNull();
  });
});

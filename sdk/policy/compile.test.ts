import { describe, expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { allow, CATALOGUE, deny, member, policy } from "./testing/subjects.ts";
import type { Action } from "./vocabulary.ts";
import { ALL_ACTIONS } from "./vocabulary.ts";

describe("POL-3 a decision", () => {
  test("POL-3 allows everything on own resources where no Policy is attached", () => {
    const access = compileAccess(member());
    for (const action of ALL_ACTIONS) {
      for (const region of CATALOGUE) expect(access.decide(action, region)).toBe(true);
    }
  });

  test("POL-3 needs an Allow of some boundary, and of some identity Policy", () => {
    const access = compileAccess(
      member({
        boundaries: [policy("a", allow("notebook", ["hanoi"])), policy("b", allow("container"))],
        identityPolicies: [policy("c", allow("notebook", "*", ["notebook:create"]))],
      }),
    );
    expect(access.decide("notebook:create", "hanoi")).toBe(true);
    expect(access.decide("notebook:create", "tokyo")).toBe(false);
    expect(access.decide("notebook:start", "hanoi")).toBe(false);
    expect(access.decide("container:create", "hanoi")).toBe(false);
  });

  test("POL-3 a Deny anywhere outweighs every Allow", () => {
    const access = compileAccess(
      member({
        boundaries: [
          policy("all", allow("notebook")),
          policy("no-jp", deny("notebook", ["tokyo"])),
        ],
        identityPolicies: [
          policy("mine", allow("notebook"), deny("notebook", "*", ["notebook:delete"])),
        ],
      }),
    );
    expect(access.decide("notebook:create", "hanoi")).toBe(true);
    expect(access.decide("notebook:create", "tokyo")).toBe(false);
    expect(access.decide("notebook:delete", "hanoi")).toBe(false);
  });

  test("POL-3 a boundary of Denies only allows nothing; beside an Allow it subtracts", () => {
    const subtract = policy("no-jp", deny("notebook", ["tokyo"]));
    const alone = compileAccess(member({ boundaries: [subtract] }));
    expect(alone.decide("notebook:create", "hanoi")).toBe(false);
    const beside = compileAccess(
      member({ boundaries: [subtract, policy("all", allow("notebook"))] }),
    );
    expect(beside.decide("notebook:create", "hanoi")).toBe(true);
  });

  test("POL-2 Policies do not bind the Owner, enabled Services do", () => {
    const access = compileAccess(
      member({
        role: "Owner",
        services: { notebook: ["hanoi"] },
        boundaries: [policy("none", deny("notebook"))],
      }),
    );
    expect(access.decide("notebook:create", "hanoi")).toBe(true);
    expect(access.decide("notebook:create", "tokyo")).toBe(false);
  });

  test("ORG-4 without its Service one can still read, stop and delete, and nothing else", () => {
    const access = compileAccess(member({ services: {} }));
    const usable = ALL_ACTIONS.filter((action) => access.decide(action, "hanoi"));
    expect(usable).toEqual([
      "notebook:read",
      "notebook:stop",
      "notebook:delete",
      "container:read",
      "container:stop",
      "container:delete",
      "container:delete-volume",
      "inference:read",
      "inference:delete",
    ]);
  });

  test("RBAC-3 a Member only reads what others own, an Admin acts on it", () => {
    const others = { owns: false };
    expect(compileAccess(member()).decide("notebook:read", "hanoi", others)).toBe(true);
    expect(compileAccess(member()).decide("notebook:stop", "hanoi", others)).toBe(false);
    expect(compileAccess(member({ role: "Admin" })).decide("notebook:stop", "hanoi", others)).toBe(
      true,
    );
  });

  test("POL-3 a region that left the catalogue is judged by what names it or all regions", () => {
    const access = compileAccess(
      member({ boundaries: [policy("old", allow("notebook", ["hue"]), allow("container"))] }),
    );
    expect(access.decide("notebook:delete", "hue")).toBe(true);
    expect(access.decide("notebook:delete", "saigon")).toBe(false);
    expect(access.decide("container:delete", "saigon")).toBe(true);
  });

  test("POL-1 an action of another Service in a statement allows nothing", () => {
    const access = compileAccess(
      member({ boundaries: [policy("mixed", allow("notebook", "*", ["container:create"]))] }),
    );
    expect(access.decide("container:create", "hanoi")).toBe(false);
    expect(access.decide("create" as Action, "hanoi")).toBe(false);
  });
});

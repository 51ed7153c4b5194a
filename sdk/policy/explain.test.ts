import { describe, expect, test } from "vitest";
import { compileAccess } from "./compile.ts";
import { allow, deny, member, policy } from "./testing/subjects.ts";

describe("POL-5 an explanation", () => {
  test("POL-5 names every Allow that determined an allow, boundaries first", () => {
    const access = compileAccess(
      member({
        boundaries: [
          policy("a", allow("container"), allow("notebook")),
          policy("b", allow("notebook", ["hanoi"])),
        ],
        identityPolicies: [policy("c", allow("notebook", "*", ["notebook:create"]))],
      }),
    );
    expect(access.explain("notebook:create", "hanoi")).toEqual({
      decision: "allow",
      layer: null,
      statements: [
        { policy: "a", index: 1, source: "boundary" },
        { policy: "b", index: 0, source: "boundary" },
        { policy: "c", index: 0, source: "identity" },
      ],
      nearestMiss: null,
    });
  });

  test("POL-5 names every Deny that matches", () => {
    const access = compileAccess(
      member({
        boundaries: [policy("a", deny("notebook", ["tokyo"]), allow("notebook"))],
        identityPolicies: [
          policy("c", allow("notebook"), deny("notebook", "*", ["notebook:create"])),
        ],
      }),
    );
    expect(access.explain("notebook:create", "tokyo")).toEqual({
      decision: "deny",
      layer: "explicitDeny",
      statements: [
        { policy: "a", index: 0, source: "boundary" },
        { policy: "c", index: 1, source: "identity" },
      ],
      nearestMiss: null,
    });
  });

  test("POL-5 asks role, Service, explicit Deny, boundary, identity, in this order", () => {
    const denied = member({
      services: {},
      boundaries: [policy("a", allow("container"), deny("notebook", ["tokyo"]))],
      identityPolicies: [policy("b", allow("container"))],
    });
    const enabled = { ...denied, services: "*" as const };
    const bounded = { ...enabled, boundaries: [policy("a", allow("notebook"))] };
    const layer = (subject: typeof denied, region: string, owns = true) =>
      compileAccess(subject).explain("notebook:create", region, { owns }).layer;
    expect(layer(denied, "tokyo", false)).toBe("role");
    expect(layer(denied, "tokyo")).toBe("service");
    expect(layer(enabled, "tokyo")).toBe("explicitDeny");
    expect(layer(enabled, "hanoi")).toBe("boundary");
    expect(layer(bounded, "hanoi")).toBe("identity");
    expect(layer({ ...bounded, identityPolicies: [] }, "hanoi")).toBeNull();
  });

  test("POL-5 the nearest miss differs in the fewest dimensions, the first declared of equals", () => {
    const nearest = (...statements: Parameters<typeof policy>[1][]) =>
      compileAccess(member({ boundaries: [policy("p", ...statements)] })).explain(
        "notebook:create",
        "tokyo",
      ).nearestMiss;
    const far = allow("container", ["hanoi"], ["container:create"]);
    const closer = allow("notebook", ["hanoi"], ["notebook:read"]);
    const close = allow("notebook", ["hanoi"]);
    const read = allow("notebook", "*", ["notebook:read"]);
    expect(nearest(far, closer, close, read)).toEqual({ policy: "p", index: 2 });
    expect(nearest(far, read, close)).toEqual({ policy: "p", index: 1 });
    expect(nearest(far)).toEqual({ policy: "p", index: 0 });
    expect(nearest(deny("notebook", ["hanoi"]))).toBeNull();
  });

  test("POL-5 the nearest miss is looked for in the layer that refused", () => {
    const access = compileAccess(
      member({
        boundaries: [policy("ceiling", allow("notebook"))],
        identityPolicies: [
          policy("far", allow("container", ["hanoi"])),
          policy("near", allow("notebook", ["hanoi"])),
        ],
      }),
    );
    expect(access.explain("notebook:create", "tokyo")).toEqual({
      decision: "deny",
      layer: "identity",
      statements: [],
      nearestMiss: { policy: "near", index: 0 },
    });
  });

  test("POL-2 the Owner is explained without Policies", () => {
    const access = compileAccess(
      member({ role: "Owner", boundaries: [policy("none", deny("notebook"))] }),
    );
    expect(access.explain("notebook:create", "hanoi")).toEqual({
      decision: "allow",
      layer: null,
      statements: [],
      nearestMiss: null,
    });
  });
});

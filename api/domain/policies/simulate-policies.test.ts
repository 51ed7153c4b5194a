import { ALL_ACTIONS, compileAccess } from "@aifactory/sdk/policy";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";
import { writableSubject } from "./testing/arbitrary-subject.ts";
import { allow, deny, everything, policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let workspace: string;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
  workspace = await site.createWorkspace({ name: "ml", services: { notebook: ["hanoi"] } });
});
afterAll(() => site?.stop());

const simulate = (body: object) => tools.ask("simulate", body);
const inHanoi = [{ action: "notebook:create", region: "hanoi" }];
const inTokyo = [{ action: "notebook:create", region: "tokyo" }];
const vnOnly = { name: "vn-only", statements: [allow("notebook", ["hanoi"])] };

describe("POL-6 hypothetical questions", () => {
  test("POL-5 each decision carries layer, statements and nearest miss", async () => {
    const { status, body } = await simulate({
      role: "Admin",
      services: { notebook: ["hanoi", "tokyo"] },
      boundaries: [vnOnly],
      identityPolicies: [{ name: "all", statements: [allow("container"), allow("notebook")] }],
      requests: [...inHanoi, ...inTokyo],
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      decisions: [
        {
          ...inHanoi[0],
          decision: "allow",
          layer: null,
          statements: [
            { policy: "vn-only", index: 0, source: "boundary" },
            { policy: "all", index: 1, source: "identity" },
          ],
          nearestMiss: null,
          message: null,
        },
        {
          ...inTokyo[0],
          decision: "deny",
          layer: "boundary",
          statements: [],
          nearestMiss: { policy: "vn-only", index: 0 },
          message: expect.stringMatching(
            /^DENIED notebook:create in tokyo – boundary "vn-only" .* nearest statement 1 allows hanoi\./,
          ),
        },
      ],
    });
  });

  test.each([
    [{}, null],
    [{ services: { container: "*" } }, "service"],
    [{ services: { notebook: ["tokyo"] } }, "service"],
    [{ services: {} }, "service"],
    [{ services: { notebook: "*" } }, null],
    [
      { boundaries: [{ name: "b", statements: [...everything, deny("notebook")] }] },
      "explicitDeny",
    ],
    [{ boundaries: [{ name: "b", statements: [allow("container")] }] }, "boundary"],
    [{ boundaries: [] }, null],
    [{ identityPolicies: [{ name: "i", statements: [deny("container")] }] }, "identity"],
  ])("POL-3 of %j the layer is %s; what is left out restricts nothing", async (given, layer) => {
    const { body } = await simulate({ role: "Member", ...given, requests: inHanoi });
    expect(body.decisions).toMatchObject([{ decision: layer === null ? "allow" : "deny", layer }]);
  });

  test("RBAC-3 on resources of others a Member only reads; a request's own word goes first", async () => {
    const requests = ["read", "stop"].flatMap((verb) =>
      [undefined, true, false].map((owns) => ({
        action: `notebook:${verb}`,
        region: "hanoi",
        ...(owns === undefined ? {} : { owns }),
      })),
    );
    const decided = async (body: object) =>
      (await simulate({ ...body, requests })).body.decisions.map((it: any) => it.layer ?? "allow");
    const read = ["allow", "allow", "allow"];
    const stop = ["allow", "allow", "role"];
    const stopOfOthers = ["role", "allow", "role"];
    expect(await decided({ role: "Member" })).toEqual([...read, ...stop]);
    expect(await decided({ role: "Member", owns: false })).toEqual([...read, ...stopOfOthers]);
    expect(new Set(await decided({ role: "Admin", owns: false }))).toEqual(new Set(["allow"]));
  });

  test("POL-7 the matrix without requests is the evaluator's sweep, on generated subjects", async () => {
    const regions = site.site.catalogue.regionIds;
    const subjects = writableSubject(regions).filter(({ role }) => role !== "Owner");
    for (const generated of fc.sample(subjects, 40)) {
      const { role, services, boundaries, identityPolicies } = generated;
      const { status, body } = await simulate({
        role,
        ...(services === "*" ? {} : { services }),
        boundaries,
        identityPolicies,
      });
      expect(status, JSON.stringify(body)).toBe(200);
      const access = compileAccess(generated);
      const swept = regions.flatMap((region) =>
        ALL_ACTIONS.map((action) => ({ action, region, ...access.explain(action, region) })),
      );
      expect(body.decisions).toMatchObject(swept);
      expect(body.decisions).toHaveLength(swept.length);
      for (const { action, region, decision, message } of body.decisions) {
        expect(decision === "allow").toBe(access.decide(action, region));
        expect(message === null).toBe(decision === "allow");
      }
    }
  });
});

describe("POL-6 what is saved, by id", () => {
  test("Policies by id decide like those written out", async () => {
    const saved = await tools.write(vnOnly.statements);
    const asked = { role: "Member", requests: inTokyo };
    const byId = await simulate({ ...asked, boundaries: [{ policyId: saved.id }] });
    const written = await simulate({ ...asked, boundaries: [{ ...vnOnly, name: saved.name }] });
    expect(byId.body).toEqual(written.body);
    expect(byId.body.decisions[0].layer).toBe("boundary");
    const identity = await simulate({ ...asked, identityPolicies: [{ policyId: saved.id }] });
    expect(identity.body.decisions[0].layer).toBe("identity");
  });

  test("a principal comes with role, Services and Policies; what is given replaces them", async () => {
    const member = await site.mint("saved@example.com", { [workspace]: "Member" });
    const boundary = await tools.write([allow("notebook")]);
    const identity = await tools.write([allow("notebook", ["tokyo"])]);
    await tools.attach({ workspaceId: workspace }, boundary);
    await tools.attach({ workspaceId: workspace, userId: member.userId }, identity);
    const principal = { workspaceId: workspace, userId: member.userId };
    const layerOf = async (given: object) =>
      (await simulate({ principal, requests: inHanoi, ...given })).body.decisions[0].layer;
    expect(await layerOf({})).toBe("identity");
    expect(await layerOf({ identityPolicies: [] })).toBeNull();
    expect(await layerOf({ identityPolicies: [{ policyId: boundary.id }] })).toBeNull();
    expect(await layerOf({ identityPolicies: [], boundaries: [{ policyId: identity.id }] })).toBe(
      "boundary",
    );
    expect(await layerOf({ services: { notebook: ["tokyo"] } })).toBe("service");
    expect(await layerOf({ requests: inTokyo })).toBe("service");
    expect(await layerOf({ requests: [{ ...inHanoi[0], action: "notebook:stop" }] })).toBe(
      "identity",
    );
    const { body } = await simulate({ principal, requests: inHanoi });
    expect(body.decisions[0].message).toContain("(workspace ml)");
    await tools.detach({ workspaceId: workspace }, boundary);
  });

  test("POL-2 the Owner is bound by Services, and by no Policy", async () => {
    const none = await tools.write([deny("notebook")]);
    await tools.attach({ workspaceId: workspace }, none);
    const principal = { workspaceId: workspace, userId: site.ownerId };
    const { body } = await simulate({ principal, requests: [...inHanoi, ...inTokyo] });
    expect(body.decisions.map((it: any) => it.layer)).toEqual([null, "service"]);
    await tools.detach({ workspaceId: workspace }, none);
  });

  test("RBAC-6 what is not there is 404", async () => {
    const other = await site.createOrganization("other");
    const foreign = await site.request(
      "POST",
      `/v1/organizations/${other.organizationId}/policies`,
      { token: other.token, body: { name: "foreign", statements: everything } },
    );
    const outsider = await site.mint("nobody@example.com");
    const elsewhere = await site.createWorkspace({
      organizationId: other.organizationId,
      ownerToken: other.token,
    });
    const refused = [
      { role: "Member", boundaries: [{ policyId: foreign.body.id }] },
      { role: "Member", identityPolicies: [{ policyId: "pol_01jd0000000000000000000000" }] },
      { principal: { workspaceId: workspace, userId: outsider.userId } },
      { principal: { workspaceId: workspace, userId: other.userId } },
      { principal: { workspaceId: elsewhere, userId: site.ownerId } },
      { principal: { workspaceId: "ws_01jd0000000000000000000000", userId: site.ownerId } },
      { principal: { workspaceId: workspace, userId: site.ownerId.replace("usr_", "sa_") } },
    ];
    for (const body of refused)
      expect((await simulate(body)).body, JSON.stringify(body)).toMatchObject({
        status: 404,
        code: "not_found",
      });
  });
});

describe("POL-4 bad questions", () => {
  test.each([
    [
      { requests: [...inHanoi, { action: "notebok:create", region: "tokio" }] },
      ["/requests/1/action", "unknown_action", "notebook:create"],
      ["/requests/1/region", "unknown_region", "tokyo"],
    ],
    [{ services: { notebok: ["hanoi"] } }, ["/services/notebok", "unknown_service", "notebook"]],
    [
      { services: { notebook: ["hanoi", "hanoy"] } },
      ["/services/notebook/1", "unknown_region", "hanoi"],
    ],
    [
      { boundaries: [vnOnly, { name: "b", statements: [allow("notebook", ["tokyoo"])] }] },
      ["/boundaries/1/statements/0/regions/0", "unknown_region", "tokyo"],
    ],
    [
      { identityPolicies: [{ name: "i", statements: [allow("container", "*", ["start"])] }] },
      ["/identityPolicies/0/statements/0/actions/0", "unknown_action", "container:start"],
    ],
    [{ boundaries: [vnOnly, vnOnly] }, ["/boundaries/1", "duplicate_policy", undefined]],
    [{ boundaries: [{ name: "b" }] }, ["/boundaries/0/statements", "custom", undefined]],
    [{ boundaries: [{ statements: everything }] }, ["/boundaries/0/name", "custom", undefined]],
    [
      { boundaries: [{ ...vnOnly, policyId: "pol_01jd0000000000000000000000" }] },
      ["/boundaries/0/policyId", "custom", undefined],
    ],
    [{ requests: [] }, ["/requests", "too_small", undefined]],
    [{ role: undefined }, ["/role", "custom", undefined]],
    [{ role: "Owner" }, ["/role", "invalid_value", undefined]],
    [
      {
        principal: {
          workspaceId: "ws_01jd0000000000000000000000",
          userId: "usr_01jd0000000000000000000000",
        },
      },
      ["/role", "custom", undefined],
    ],
  ])("POL-4 %j is bad input at its place", async (given, ...expected) => {
    const { status, body } = await simulate({ role: "Member", ...given });
    expect(status).toBe(400);
    expect(body.errors.map((it: any) => [it.pointer, it.code, it.suggestion])).toEqual(expected);
  });
});

import { lintPolicies } from "@aifactory/sdk/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { allow, deny, everything, policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let workspaceId: string;
let member: Person;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
  workspaceId = await site.createWorkspace();
  member = await site.mint("member@example.com", { [workspaceId]: "Member" });
});
afterAll(() => site?.stop());

const lint = (body: object) => tools.ask("lint", body);
const codes = async (body: object) =>
  (await lint(body)).body.findings.map((it: any) => [it.code, it.source, it.policy, it.index]);
const hanoi = allow("notebook", ["hanoi"]);

describe("POL-6 lint", () => {
  test("POL-6 tells what can never matter, and why", async () => {
    const boundaries = [{ name: "b", statements: [hanoi, ...everything, deny("inference")] }];
    const { status, body } = await lint({ boundaries });
    expect(status).toBe(200);
    expect(body.findings).toEqual(
      lintPolicies({
        boundaries: boundaries as never,
        identityPolicies: [],
        regions: site.site.catalogue.regionIds,
      }),
    );
    expect(body.findings).toMatchObject([
      {
        code: "shadowed",
        source: "boundary",
        policy: "b",
        index: 0,
        by: [{ policy: "b", index: 1, source: "boundary" }],
        message: expect.stringContaining('boundary "b": statement 1 adds nothing'),
      },
      { code: "overridden", index: 3 },
    ]);
  });

  test("POL-3 a boundary of Denies only allows nothing", async () => {
    const denies = [{ name: "d", statements: [deny("notebook")] }];
    expect(await codes({ boundaries: denies })).toEqual([
      ["boundary_allows_nothing", "boundary", "d", null],
    ]);
    expect(await codes({ identityPolicies: denies })).toEqual([
      ["identity_allows_nothing", "identity", "d", null],
    ]);
    expect(
      await codes({ boundaries: [...denies, { name: "all", statements: everything }] }),
    ).toEqual([["overridden", "boundary", "all", 0]]);
    expect(await codes({ boundaries: [] })).toEqual([]);
  });

  test("POL-6 saved Policies, by id and as they are attached", async () => {
    const boundary = await tools.write([...everything, deny("notebook", ["tokyo"])]);
    const identity = await tools.write([hanoi, allow("notebook", ["tokyo"])]);
    const overridden = [["overridden", "identity", identity.name, 1]];
    const ids = {
      boundaries: [{ policyId: boundary.id }],
      identityPolicies: [{ policyId: identity.id }],
    };
    expect(await codes(ids)).toEqual(overridden);
    expect(await codes({ identityPolicies: ids.identityPolicies })).toEqual([]);

    const { userId } = member;
    await tools.attach({ workspaceId }, boundary);
    await tools.attach({ workspaceId, userId }, identity);
    expect(await codes({ workspaceId })).toEqual([]);
    expect(await codes({ workspaceId, userId })).toEqual(overridden);
    expect(await codes({ workspaceId, userId, boundaries: [] })).toEqual([]);
    expect(await codes({ workspaceId, identityPolicies: ids.identityPolicies })).toEqual(
      overridden,
    );
  });

  test.each([
    [{}, ""],
    [{ userId: "usr_01jd0000000000000000000000" }, "/workspaceId"],
    [
      { boundaries: [{ name: "b", statements: [allow("notebok")] }] },
      "/boundaries/0/statements/0/service",
    ],
    [
      { identityPolicies: [hanoi, hanoi].map((one) => ({ name: "i", statements: [one] })) },
      "/identityPolicies/1",
    ],
  ])("POL-4 %j is bad input at %s", async (given, pointer) => {
    const { status, body } = await lint(given);
    expect([status, body.errors.map((it: any) => it.pointer)]).toEqual([400, [pointer]]);
  });

  test("RBAC-6 what is not there is 404", async () => {
    const outsider = await site.mint("outsider@example.com");
    for (const body of [
      { boundaries: [{ policyId: "pol_01jd0000000000000000000000" }] },
      { workspaceId: "ws_01jd0000000000000000000000" },
      { workspaceId, userId: outsider.userId },
    ])
      expect((await lint(body)).body).toMatchObject({ status: 404, code: "not_found" });
  });
});

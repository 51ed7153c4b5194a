import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resource, runPolicy, unknown, type ProgramResource } from "@aifactory/policy-kit/testing";
import type { Statement } from "@aifactory/sdk/policy";
import { startTestSite, type Person, type TestSite } from "../../test/support/site.ts";
import type { Configuration } from "./configuration.ts";
import { permissionBoundary } from "./permission-boundary.ts";
import { policy } from "./testing/program.ts";

const allow = (regions: string[]): Statement => ({
  effect: "Allow",
  service: "notebook",
  regions,
  actions: "*",
});

describe("IAC-7 the boundary pack asks the control plane", () => {
  let site: TestSite;
  let [lab, other] = ["", ""];
  let member: Person;
  let jpOnly = "";
  beforeAll(async () => {
    site = await startTestSite();
    [lab, other] = [
      await site.createWorkspace({ name: "lab" }),
      await site.createWorkspace({ name: "other" }),
    ];
    member = await site.mint("member@example.com", { [lab]: "Member" });
    jpOnly = await save("jp-only", [allow(["tokyo"])]);
    await attach(jpOnly, lab);
  });
  afterAll(() => site.stop());

  async function save(name: string, statements: Statement[]): Promise<string> {
    const answer = await site.request("POST", `/v1/organizations/${site.organizationId}/policies`, {
      token: site.ownerToken,
      body: { name, statements },
    });
    return answer.body.id;
  }
  async function attach(policyId: string, workspaceId: string, userId?: string): Promise<void> {
    const to = userId === undefined ? "" : `/members/${userId}`;
    const path = `/v1/workspaces/${workspaceId}${to}/policies/${policyId}`;
    const { status } = await site.request("PUT", path, { token: site.ownerToken });
    expect(status).toBe(200);
  }
  const notebook = (workspaceId: string, region: string, from?: ProgramResource) =>
    resource(
      "Notebook",
      `${workspaceId}-${region}`,
      { workspaceId, region },
      from ? { workspaceId: [from] } : {},
    );
  async function refused(
    program: readonly ProgramResource[],
    config: Partial<Configuration> = {},
    token = site.ownerToken,
  ): Promise<string[]> {
    const world = {
      now: () => new Date(),
      env: { AIFACTORY_URL: site.url, AIFACTORY_TOKEN: token },
      setting: () => undefined,
    };
    const live = { organizationId: site.organizationId };
    const found = await runPolicy(permissionBoundary(world), program, { live, ...config });
    return found.map(({ message }) => message);
  }

  it("for the boundary of a Workspace that the program does not make", async () => {
    const program = [notebook(lab, "hanoi"), notebook(lab, "tokyo"), notebook(other, "hanoi")];
    expect(await refused(program)).toEqual([
      'DENIED notebook:create in hanoi – boundary "jp-only" (workspace lab): no Allow matches; nearest statement 1 allows tokyo. ' +
        "Use tokyo, or ask the Owner to allow notebook:create in hanoi in a boundary of the Workspace.",
    ]);
  });

  it("and judges a Workspace of the same name as the one that there is, any other as new", async () => {
    const named = (name: string) => {
      const place = resource("Workspace", "w", { name });
      return refused([place, notebook(unknown, "hanoi", place)]);
    };
    expect(await named("lab")).toHaveLength(1);
    expect(await named("laboratory")).toEqual([]);
    // Of no known name, it may be any of them.
    expect(await named(unknown)).toHaveLength(1);
    expect(await refused([notebook(unknown, "hanoi")])).toHaveLength(1);
  });

  it("and an unknown region over the regions that the site has", async () => {
    expect(await refused([notebook(lab, unknown)])).toEqual([
      expect.stringContaining("The region is not known yet: it was judged over hanoi, tokyo."),
    ]);
    expect(await refused([notebook(other, unknown)])).toEqual([]);
  });

  it("and what the program makes of a Policy wins over what is saved", async () => {
    const widened = policy("jp-only", [allow(["tokyo", "hanoi"])]);
    const both = [notebook(lab, "hanoi"), notebook(lab, "tokyo")];
    expect(await refused([...both, widened])).toEqual([]);
    const narrowed = policy("jp-only", [allow(["hanoi"])], { policyId: jpOnly });
    expect(await refused([...both, narrowed])).toEqual([expect.stringContaining("in tokyo")]);
    // One whose name is not known yet may be this one, or another.
    const nameless = resource("Policy", "p", {
      name: unknown,
      statements: narrowed.properties["statements"]!,
    });
    expect(await refused([...both, nameless])).toHaveLength(2);
    const untouched = policy("another", [allow(["hanoi"])]);
    expect(await refused([...both, untouched])).toEqual([expect.stringContaining("in hanoi")]);
  });

  it("for the identity policies of a principal, and nobody else's", async () => {
    const readers = await save("readers", [{ ...allow(["tokyo"]), actions: ["notebook:read"] }]);
    const reader = await site.mint("reader@example.com", { [lab]: "Member" });
    await attach(readers, lab, reader.userId);
    const of = (userId: string) => refused([notebook(lab, "tokyo")], { principal: { userId } });
    expect(await of(reader.userId)).toEqual([
      expect.stringContaining('identity policy "readers" (workspace lab)'),
    ]);
    expect(await of(member.userId)).toEqual([]);
    expect(await of(site.ownerId)).toEqual([]);
    expect(
      await refused([notebook(lab, "hanoi")], { principal: { userId: site.ownerId } }),
    ).toEqual([]);
  });

  it("and refuses a principal who is no member, unless the program adds them", async () => {
    const config = { principal: { userId: member.userId } };
    const there = notebook(other, "hanoi");
    expect(await refused([there], config)).toEqual([
      `DENIED notebook:create in hanoi – role (workspace other): ${member.userId} is no member of the Workspace. ` +
        "Add a Membership, or ask the Owner for one.",
    ]);
    const joins = { workspaceId: other, userId: member.userId, role: "Member" };
    expect(await refused([there, resource("Membership", "m", joins)], config)).toEqual([]);
    const somebody = { ...joins, userId: site.ownerId };
    expect(await refused([there, resource("Membership", "m", somebody)], config)).toHaveLength(1);
  });

  it("POL-2 and a principal whose identity policies wait for the return is no member, whom they bind then", async () => {
    const nothing = await save("hanoi-readers", [
      { ...allow(["hanoi"]), actions: ["notebook:read"] },
    ]);
    const gone = await site.mint("gone@example.com", { [other]: "Member" });
    await attach(nothing, other, gone.userId);
    const path = `/v1/me/memberships/${other}`;
    expect((await site.request("DELETE", path, { token: gone.token })).status).toBe(204);
    const config = { principal: { userId: gone.userId } };
    const there = notebook(other, "hanoi");
    expect(await refused([there], config)).toEqual([
      expect.stringContaining(`${gone.userId} is no member of the Workspace`),
    ]);
    const joins = { workspaceId: other, userId: gone.userId, role: "Member" };
    expect(await refused([there, resource("Membership", "m", joins)], config)).toEqual([
      expect.stringContaining('identity policy "hanoi-readers" (workspace other)'),
    ]);
  });

  it("RBAC-6 and refuses what the token may not see", async () => {
    const admin = await site.mint("admin@example.com", { [lab]: "Admin" });
    const program = [notebook(lab, "tokyo"), notebook(other, "hanoi")];
    expect(await refused(program, {}, admin.token)).toEqual([
      expect.stringContaining(`the token may not read that Workspace`),
    ]);
    expect(await refused(program, {}, member.token)).toEqual([
      expect.stringMatching(/could not be asked: .*forbidden/),
    ]);
  });
});

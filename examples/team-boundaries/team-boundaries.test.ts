import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LiveSite, startLiveSite } from "../../provider/testing/live-site.ts";
import { type Engine, type Result, succeeded } from "../../test/support/pulumi/engine.ts";
import { engineKinds } from "../../test/support/pulumi/engines.ts";
import type { Person } from "../../test/support/site.ts";

const CHANGES = [
  "Workspace::research",
  "Workspace::serving",
  "Quota::research",
  "Quota::serving",
  "Policy::research-regions",
  "PolicyAttachment::research-regions",
  "Policy::everything",
  "Policy::keep-volumes",
  "PolicyAttachment::everything",
  "PolicyAttachment::keep-volumes",
  "Membership::research-lead",
  "Membership::researcher",
  "Membership::on-call",
  "Membership::on-call-in-research",
  "Policy::look-around",
  "PolicyAttachment::look-around",
];
const every = (change: string) => Object.fromEntries(CHANGES.map((key) => [key, change]));
const notebook = (region: string) => ({
  name: "mine",
  region,
  flavor: "cpu-small",
  image: "jupyter-base",
  homeVolume: { sizeGib: 10 },
});
const volume = (region: string) => ({ name: "models", region, sizeGib: 10 });

describe.each(engineKinds)("POL-2 two teams $title", { timeout: 180_000 }, ({ open, missing }) => {
  let site: LiveSite;
  let engine: Engine;
  let lead: Person;
  let researcher: Person;
  let onCall: Person;
  let outputs: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    if (missing) return;
    site = await startLiveSite();
    lead = await site.mint("lan@example.com");
    researcher = await site.mint("minh@example.com");
    onCall = await site.mint("hana@example.com");
    engine = await open({ directory: import.meta.dirname, env: site.env });
    await engine.setConfig("team-boundaries:researchLead", lead.userId);
    await engine.setConfig("team-boundaries:researcher", researcher.userId);
    await engine.setConfig("team-boundaries:onCall", onCall.userId);
  }, 120_000);
  afterAll(async () => {
    if (missing) return;
    await engine.close();
    await site.stop();
  });

  async function up(): Promise<Result> {
    const result = succeeded(await engine.up());
    outputs = result.outputs as Record<string, string>;
    return result;
  }

  /** Asks as a person; what it made is deleted again by the Owner. */
  async function ask({ token }: Person, method: string, path: string, body?: unknown) {
    const options = body === undefined ? { token } : { token, body };
    const answer = await site.request(method, path, options);
    const { id } = answer.body ?? {};
    if (method === "POST" && answer.status === 201) await remove(path, id);
    const { code, layer } = answer.body ?? {};
    return answer.status < 300 ? "allowed" : `${code} by ${layer}`;
  }

  async function remove(collection: string, id: string): Promise<void> {
    const path = `/v1/${collection.split("/").at(-1)}/${id}`;
    const token = site.ownerToken;
    await site.request("DELETE", path, { token });
    await expect
      .poll(async () => (await site.request("GET", path, { token })).status, { timeout: 20_000 })
      .toBe(410);
  }

  const create = (who: Person, region: string) =>
    ask(who, "POST", `/v1/workspaces/${outputs["researchId"]}/notebooks`, notebook(region));
  const createVolume = (who: Person, region: string) =>
    ask(who, "POST", `/v1/workspaces/${outputs["servingId"]}/volumes`, volume(region));

  it.skipIf(missing)("up makes all of it, without a warning", async () => {
    const { changes, diagnostics } = await up();
    expect(changes).toEqual(every("create"));
    expect(diagnostics.filter(({ message }) => /warning/i.test(message))).toEqual([]);
  });

  it.skipIf(missing)("a boundary bounds Admins and Members, and not the Owner", async () => {
    const owner = { token: site.ownerToken, userId: site.ownerId };
    expect(await create(lead, "hanoi")).toBe("allowed");
    expect(await create(researcher, "hanoi")).toBe("allowed");
    expect(await create(lead, "tokyo")).toBe("policy_denied by boundary");
    expect(await create(researcher, "tokyo")).toBe("policy_denied by boundary");
    expect(await create(owner, "tokyo")).toBe("allowed");
  });

  it.skipIf(missing)("an identity policy bounds one person, here and not elsewhere", async () => {
    const notebooks = `/v1/workspaces/${outputs["researchId"]}/notebooks`;
    expect(await ask(onCall, "GET", notebooks)).toBe("allowed");
    expect(await create(onCall, "hanoi")).toBe("policy_denied by identity");
    // What neither allows, the boundary refuses first.
    expect(await create(onCall, "tokyo")).toBe("policy_denied by boundary");
    expect(await createVolume(onCall, "tokyo")).toBe("allowed");
  });

  it.skipIf(missing)("Services and roles decide before any Policy", async () => {
    expect(await createVolume(onCall, "hanoi")).toBe("service_not_enabled by service");
    const quota = `/v1/workspaces/${outputs["researchId"]}/quota`;
    expect(await ask(lead, "GET", quota)).toBe("allowed");
    expect(await ask(researcher, "GET", quota)).toBe("forbidden by role");
    // Of a Workspace they are no member of, they know nothing.
    const elsewhere = `/v1/workspaces/${outputs["servingId"]}`;
    expect((await site.request("GET", elsewhere, { token: lead.token })).status).toBe(404);
  });

  it.skipIf(missing)("POL-3 the trap: a Deny takes away, and alone allows nothing", async () => {
    const volumes = `/v1/workspaces/${outputs["servingId"]}/volumes`;
    const { token } = onCall;
    const made = await site.request("POST", volumes, { token, body: volume("tokyo") });
    expect(made.status).toBe(201);
    const one = `/v1/volumes/${made.body.id}`;
    expect(await ask(onCall, "DELETE", one)).toBe("policy_denied by explicitDeny");
    expect(await ask(onCall, "GET", one)).toBe("allowed");

    const everything = `/v1/workspaces/${outputs["servingId"]}/policies/${outputs["everythingId"]}`;
    const detached = await site.request("DELETE", everything, { token: site.ownerToken });
    expect(detached.body.warnings).toMatchObject([{ code: "boundary_allows_nothing" }]);
    expect(await createVolume(onCall, "tokyo")).toBe("policy_denied by boundary");
    expect(await ask(onCall, "GET", one)).toBe("policy_denied by boundary");

    // The program puts it right.
    const noticed = succeeded(await engine.refresh());
    expect(noticed.changes["PolicyAttachment::everything"]).toBe("delete");
    expect((await up()).changes).toEqual({
      ...every("same"),
      "PolicyAttachment::everything": "create",
    });
    expect(await ask(onCall, "GET", one)).toBe("allowed");
    await remove(volumes, made.body.id);
  });

  it.skipIf(missing)("IAC-5 a second up changes nothing", async () => {
    expect((await up()).changes).toEqual(every("same"));
  });

  it.skipIf(missing)("an edit of the boundary widens and narrows it in place", async () => {
    const edited = { ...every("same"), "Policy::research-regions": "update" };
    await engine.setConfig("team-boundaries:researchRegions", "hanoi,tokyo");
    expect((await up()).changes).toEqual(edited);
    expect(await create(researcher, "tokyo")).toBe("allowed");
    // Widening the boundary widens nobody's identity policies.
    expect(await create(onCall, "tokyo")).toBe("policy_denied by identity");

    await engine.setConfig("team-boundaries:researchRegions", "tokyo");
    expect((await up()).changes).toEqual(edited);
    expect(await create(researcher, "hanoi")).toBe("policy_denied by boundary");
    expect(await create(researcher, "tokyo")).toBe("allowed");
  });

  it.skipIf(missing)("destroy leaves nothing behind", async () => {
    expect(succeeded(await engine.destroy()).changes).toEqual(every("delete"));
    expect(await site.inventory()).toEqual([]);
    const me = await site.request("GET", "/v1/me", { token: onCall.token });
    expect(me.body.memberships).toEqual([]);
    expect((await engine.exportState()).filter(({ custom }) => custom)).toEqual([]);
  });
});

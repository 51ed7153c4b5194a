import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fingerprint } from "../../../test/support/fixture-fingerprint.ts";
import { makeServiceAccount, makeToken } from "../../../test/support/fixture.ts";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { allow, policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let own: string;
let joined: string;
let foreign: string;
let admin: Person;
let bystander: Person;
let policy: { id: string; name: string };
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
  own = await site.createWorkspace({ name: "own" });
  joined = await site.createWorkspace({ name: "joined" });
  foreign = await site.createWorkspace({ name: "foreign" });
  admin = await site.mint("admin@example.com", { [own]: "Admin", [joined]: "Member" });
  bystander = await site.mint("bystander@example.com", {
    [own]: "Member",
    [joined]: "Member",
    [foreign]: "Member",
  });
  policy = await tools.write([allow("notebook", ["hanoi"])]);
  for (const workspaceId of [own, joined, foreign]) {
    await tools.attach({ workspaceId }, policy);
    await tools.attach({ workspaceId, userId: bystander.userId }, policy);
  }
});
afterAll(() => site?.stop());

const QUESTIONS = ["simulate", "lint", "diff"] as const;

/** The question, about somebody in a Workspace. */
function questionOf(kind: (typeof QUESTIONS)[number], workspaceId: string): object {
  const principal = { workspaceId, userId: bystander.userId };
  if (kind === "simulate") return { principal };
  if (kind === "lint") return principal;
  return { attach: [{ policy: policy.name, ...principal }] };
}

describe.each(QUESTIONS)("%s", (kind) => {
  const ask = (workspaceId: string, token?: string) =>
    tools.ask(kind, questionOf(kind, workspaceId), token);

  test("RBAC-1 the Owner asks about every Workspace", async () => {
    for (const workspaceId of [own, joined, foreign])
      expect((await ask(workspaceId)).status).toBe(200);
  });

  test("RBAC-6 an Admin asks about own Workspaces only", async () => {
    const as = async (workspaceId: string) => {
      const { status, body } = await ask(workspaceId, admin.token);
      return [status, body.code];
    };
    expect(await as(own)).toEqual([200, undefined]);
    expect(await as(joined)).toEqual([403, "forbidden"]);
    const { body } = await ask(foreign, admin.token);
    const unknown = await ask("ws_01jd0000000000000000000000", admin.token);
    expect([body.status, body.code]).toEqual([404, "not_found"]);
    expect({ ...body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
  });

  test("RBAC-2 a Member is refused, an outsider sees nothing", async () => {
    expect((await ask(own, bystander.token)).body).toMatchObject({
      status: 403,
      code: "forbidden",
    });
    const outsider = await site.mint("outsider@example.com");
    expect((await ask(own, outsider.token)).body).toMatchObject({ status: 404, code: "not_found" });
  });

  test("ID-3 a token that may only read asks; one of a single Workspace does not", async () => {
    const readOnly = await makeToken(site, admin.token, { readOnly: true });
    expect((await ask(own, readOnly.token)).status).toBe(200);
    const bound = await makeToken(site, site.ownerToken, { workspaceId: own });
    expect((await ask(own, bound.token)).body).toMatchObject({
      status: 403,
      code: "token_restricted",
    });
  });

  test("ID-4 a service account asks by its role", async () => {
    const program = await makeServiceAccount(site, { [own]: "Admin" });
    expect((await ask(own, program.token)).status).toBe(200);
    expect((await ask(foreign, program.token)).status).toBe(404);
  });

  test("changes nothing, leaves no event, and takes an Idempotency-Key", async () => {
    const path = `/v1/organizations/${site.organizationId}/policies/${kind}`;
    const before = await fingerprint(site);
    const events = async () =>
      (await site.testDatabase.database.pool.query("select count(*) from audit_events")).rows;
    const logged = await events();
    const send = (body: object) =>
      site.request("POST", path, {
        token: site.ownerToken,
        body,
        headers: { "idempotency-key": "the-same" },
      });
    const first = await send(questionOf(kind, own));
    expect(first.status).toBe(200);
    // A question is asked anew: it has nothing that must not be done twice.
    const second = await send(questionOf(kind, foreign));
    expect([second.status, second.headers.get("idempotency-replayed")]).toEqual([200, null]);
    expect(await fingerprint(site)).toBe(before);
    expect(await events()).toEqual(logged);
  });
});

test("RBAC-1 a diff shows an Admin the own Workspaces only", async () => {
  const edit = { policies: [{ name: policy.name, statements: [allow("notebook")] }] };
  const seenBy = async (token?: string) => {
    const { body } = await tools.ask("diff", edit, token);
    expect(body.newAccess.map((it: any) => it.workspace)).toEqual(
      body.changes.map((it: any) => it.workspace),
    );
    return [...new Set(body.changes.map((it: any) => it.workspace))];
  };
  expect(await seenBy()).toEqual(["foreign", "joined", "own"]);
  expect(await seenBy(admin.token)).toEqual(["own"]);
});

test("RBAC-2 an Admin names every Policy of the Organization", async () => {
  const body = { role: "Member", boundaries: [{ policyId: policy.id }] };
  expect((await tools.ask("simulate", body, admin.token)).status).toBe(200);
});

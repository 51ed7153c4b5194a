import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";

interface Event {
  id: string;
  action: string;
  scope: string;
  workspaceId: string | null;
  outcome: string;
}

let site: TestSite;
let here: string;
let there: string;
let admin: Person;
let member: Person;

beforeAll(async () => {
  site = await startTestSite({ onError: () => {} });
  here = await site.createWorkspace({ name: "here" });
  there = await site.createWorkspace({ name: "there" });
  admin = await site.mint("admin@example.com", { [here]: "Admin", [there]: "Member" });
  member = await site.mint("member@example.com", { [here]: "Member" });
  const owner = { token: site.ownerToken };
  await site.request("PATCH", `/v1/organizations/${site.organizationId}`, {
    ...owner,
    body: { name: "renamed" },
  });
  for (const workspace of [here, there]) {
    await site.request("PUT", `/v1/workspaces/${workspace}/quota`, {
      ...owner,
      body: { period: "day", limitUsd: "1" },
    });
    await site.request("POST", `/v1/workspaces/${workspace}/templates`, {
      ...owner,
      body: { name: "t", image: "ubuntu" },
    });
  }
  await site.request("DELETE", `/v1/workspaces/${here}`, { token: member.token });
});
afterAll(() => site.stop());

const read = (token: string, query = "") =>
  site.request("GET", `/v1/organizations/${site.organizationId}/audit-events${query}`, { token });
const events = async (token: string, query = ""): Promise<Event[]> =>
  (await read(token, query)).body.items;

describe("RBAC-5 who sees what", () => {
  test("RBAC-5 the Owner sees the whole log, newest first", async () => {
    const all = await events(site.ownerToken, "?limit=200");
    expect(all.map((it) => it.id)).toEqual(
      all
        .map((it) => it.id)
        .toSorted()
        .toReversed(),
    );
    expect(new Set(all.map((it) => it.scope))).toEqual(
      new Set(["Organization", "Workspace", "Service"]),
    );
    expect(new Set(all.map((it) => it.workspaceId))).toEqual(new Set([null, here, there]));
  });

  test("RBAC-5 an Admin sees Workspace and Service of the own Workspaces, and no other", async () => {
    const seen = await events(admin.token, "?limit=200");
    expect(new Set(seen.map((it) => it.workspaceId))).toEqual(new Set([here]));
    expect(new Set(seen.map((it) => it.scope))).toEqual(new Set(["Workspace", "Service"]));
    const actions = seen.map((it) => it.action);
    expect(actions).toEqual(expect.arrayContaining(["putQuota", "createWorkspaceTemplate"]));
    expect(actions).not.toContain("updateOrganization");
    expect(await events(admin.token, `?workspaceId=${there}`)).toEqual([]);
  });

  test("RBAC-5 an Admin who becomes a Member sees nothing any more", async () => {
    const demoted = await site.mint("demoted@example.com", { [here]: "Admin" });
    expect((await read(demoted.token)).status).toBe(200);
    await site.request("PUT", `/v1/workspaces/${here}/members/${demoted.userId}`, {
      token: site.ownerToken,
      body: { role: "Member" },
    });
    expect((await read(demoted.token)).status).toBe(403);
  });

  test("RBAC-5 Members see none, outsiders and other tenants do not know of it", async () => {
    expect((await read(member.token)).body.code).toBe("forbidden");
    expect((await read((await site.mint("out@example.com")).token)).status).toBe(404);
    const other = await site.createOrganization("other");
    expect((await read(other.token)).status).toBe(404);
  });

  test("ID-3 a token of one Workspace does not read the Organization's log", async () => {
    const { body } = await site.request("POST", "/v1/tokens", {
      token: admin.token,
      body: { name: "bound", workspaceId: here },
    });
    expect((await read(body.token)).body).toMatchObject({ status: 403, code: "token_restricted" });
  });
});

describe("filters and pages", () => {
  test("by Workspace, outcome and action", async () => {
    const inThere = await events(site.ownerToken, `?workspaceId=${there}`);
    expect(inThere.length).toBeGreaterThan(2);
    expect(inThere.every((it) => it.workspaceId === there)).toBe(true);
    const failed = await events(site.ownerToken, "?outcome=FAILED");
    expect(failed.map((it) => it.action)).toEqual(["deleteWorkspace"]);
    const quotas = await events(site.ownerToken, `?action=putQuota&workspaceId=${here}`);
    expect(quotas).toHaveLength(1);
    for (const query of ["outcome=MAYBE", "workspaceId=here", `action=${"a".repeat(65)}`]) {
      const refused = await read(site.ownerToken, `?${query}`);
      expect([refused.status, refused.body.errors[0].pointer]).toEqual([
        400,
        `?${query.split("=")[0]}`,
      ]);
    }
  });

  test("every event is on one page", async () => {
    const all = await events(admin.token, "?limit=200");
    const paged: Event[] = [];
    let cursor: string | null = null;
    do {
      const query: string = `?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`;
      const { body } = await read(admin.token, query);
      paged.push(...body.items);
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(4);
  });
});

describe("AUD-1 what is in the log", () => {
  test("AUD-1 a token's making and its first use, once, however often it is used", async () => {
    const account = await site.request(
      "POST",
      `/v1/organizations/${site.organizationId}/service-accounts`,
      { token: site.ownerToken, body: { name: "auditor" } },
    );
    const { body } = await site.request("POST", `/v1/service-accounts/${account.body.id}/tokens`, {
      token: site.ownerToken,
      body: { name: "t" },
    });
    await Promise.all([1, 2, 3].map(() => site.request("GET", "/v1/me", { token: body.token })));
    const used = await read(site.ownerToken, "?action=useToken");
    const ofIt = used.body.items.filter(
      (it: { target: { id: string } }) => it.target.id === body.id,
    );
    expect(ofIt).toMatchObject([
      {
        actor: { kind: "serviceAccount", id: account.body.id, name: "auditor" },
        target: { kind: "token", id: body.id },
      },
    ]);
    const issued = await read(site.ownerToken, "?action=createServiceAccountToken");
    expect(issued.body.items[0]).toMatchObject({
      actor: { kind: "user", id: site.ownerId },
      target: { kind: "token", id: body.id, name: "t" },
      details: { serviceAccountId: account.body.id },
    });
  });

  test("AUD-1 a change that fails inside leaves neither itself nor a success behind", async () => {
    await site.testDatabase.asOwner(
      "create function fail_quota() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$",
    );
    await site.testDatabase.asOwner(
      "create trigger fail_quota before delete on quotas for each row execute function fail_quota()",
    );
    const answer = await site.request("DELETE", `/v1/workspaces/${there}/quota`, {
      token: site.ownerToken,
    });
    expect(answer.body).toMatchObject({ status: 500, code: "internal" });
    expect(answer.body.detail).not.toContain("broken");
    expect(await events(site.ownerToken, "?action=deleteQuota")).toEqual([]);
    await site.testDatabase.asOwner("drop trigger fail_quota on quotas");
  });
});

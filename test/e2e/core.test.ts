import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allOperations } from "../../api/contract/operations.ts";
import { keyOf } from "../../api/domain/ids.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

let site: TestSite;
let organization: string;

beforeAll(async () => {
  site = await startTestSite();
  organization = `/v1/organizations/${site.organizationId}`;
});
afterAll(() => site.stop());

const owner = () => ({ token: site.ownerToken });

async function auditOf(action: string) {
  const { body } = await site.request(
    "GET",
    `${organization}/audit-events?action=${action}`,
    owner(),
  );
  return body.items;
}

describe("ID-1 bearer tokens", () => {
  test("ID-1 health, readiness, the API description, its page and that of invitations answer without one", async () => {
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/docs", "/invitations"]) {
      expect((await site.request("GET", path)).status, path).toBe(200);
    }
    expect((await site.request("GET", "/readyz")).body).toMatchObject({ simulated: true });
  });

  test("ID-1 every other operation answers 401 without one, whatever its path names", async () => {
    const closed = allOperations().filter((operation) => !operation.open);
    expect(closed.length).toBeGreaterThan(80);
    for (const { method, path } of closed) {
      const refused = await site.request(
        method.toUpperCase(),
        path.replaceAll(/\{\w+\}/g, "nothing"),
      );
      expect(refused.status, `${method} ${path}`).toBe(401);
      expect(refused.body.code).toBe("unauthenticated");
      expect(refused.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  test.each([
    ["of another scheme", "Basic b3duZXI6b3duZXI="],
    ["that is empty", "Bearer "],
    ["that is no token", "Bearer garbage"],
    ["that looks like an API token", `Bearer aif_${"A".repeat(43)}`],
    ["with a second word", "Bearer one two"],
  ])(
    "ID-1 an Authorization %s is 401, and says no more than that",
    async (_case, authorization) => {
      const refused = await site.request("GET", "/v1/me", { headers: { authorization } });
      expect(refused.status).toBe(401);
      expect(refused.headers.get("content-type")).toBe("application/problem+json");
      expect(Object.keys(refused.body).sort()).toEqual(
        ["code", "detail", "requestId", "status", "title", "type"].sort(),
      );
    },
  );

  test("ID-5 the operator's token works for the operator's endpoints only, and others' not there", async () => {
    const asOperator = await site.request("GET", "/v1/me", { token: site.operatorToken });
    expect([asOperator.status, asOperator.body.code]).toEqual([403, "forbidden"]);
    const asOwner = await site.request("GET", "/v1/operator/clock", owner());
    expect([asOwner.status, asOwner.body.code]).toEqual([403, "forbidden"]);
    const clock = await site.request("GET", "/v1/operator/clock", { token: site.operatorToken });
    expect(clock.status).toBe(200);
  });
});

describe("RBAC-6 what a caller may not know of", () => {
  test("RBAC-6 an unknown id, a malformed one and another tenant's answer alike", async () => {
    const other = await site.createOrganization("other");
    const foreign = await site.createWorkspace({
      organizationId: other.organizationId,
      ownerToken: other.token,
    });
    const answers = await Promise.all(
      [foreign, "ws_01jd0000000000000000000000", "ws_x", "org_01jd0000000000000000000000"].map(
        (id) => site.request("GET", `/v1/workspaces/${id}`, owner()),
      ),
    );
    const shown = answers.map(({ status, body }) => ({
      status,
      code: body.code,
      detail: body.detail,
    }));
    expect(new Set(shown.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(shown[0]).toMatchObject({ status: 404, code: "not_found" });
  });

  test("RBAC-6 an outsider is answered 404 before the body is looked at", async () => {
    const outsider = await site.mint("outsider@example.com");
    const refused = await site.request("POST", `${organization}/workspaces`, {
      token: outsider.token,
      body: { wrong: true },
    });
    expect([refused.status, refused.body.code]).toEqual([404, "not_found"]);
  });

  test("RBAC-2 a Member who may see a Workspace and not change it is answered 403 with the reason", async () => {
    const workspace = await site.createWorkspace();
    const member = await site.mint("member-403@example.com", { [workspace]: "Member" });
    const refused = await site.request("PATCH", `/v1/workspaces/${workspace}`, {
      token: member.token,
      body: { name: "mine" },
    });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      code: "forbidden",
      layer: "role",
      role: "Member",
      neededRoles: ["Owner"],
      operation: "updateWorkspace",
    });
  });

  test("RBAC-6 an unknown path is 404, a known one with another method 405 with the right ones", async () => {
    const unknown = await site.request("GET", "/v1/nothing", owner());
    expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
    const method = await site.request("DELETE", "/v1/me", owner());
    expect([method.status, method.body.code]).toEqual([405, "method_not_allowed"]);
    expect(method.body.detail).toContain("GET");
  });
});

describe("input", () => {
  const post = (body: unknown, headers: Record<string, string> = {}) =>
    site.request("POST", `${organization}/workspaces`, { ...owner(), body, headers });

  test("unknown, missing and wrong fields are told one by one, by JSON pointer", async () => {
    const refused = await post({ boundaryLocked: "yes", colour: "red" });
    expect(refused.status).toBe(400);
    expect(refused.body.code).toBe("invalid_input");
    const found = refused.body.errors.map((it: { pointer: string; code: string }) => [
      it.pointer,
      it.code,
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        ["/name", "missing"],
        ["/boundaryLocked", "invalid_type"],
        ["/colour", "unknown_field"],
      ]),
    );
  });

  test("a body that is not JSON, is missing, or is of another type is refused", async () => {
    const broken = await post('{"name":');
    expect([broken.status, broken.body.errors[0].code]).toEqual([400, "invalid_json"]);
    const missing = await site.request("POST", `${organization}/workspaces`, owner());
    expect([missing.status, missing.body.errors[0].code]).toEqual([400, "missing"]);
    const form = await post("name=x", { "content-type": "application/x-www-form-urlencoded" });
    expect([form.status, form.body.code]).toEqual([415, "unsupported_media_type"]);
    const large = await post({ name: "x".repeat(1_100_000) });
    expect([large.status, large.body.code]).toEqual([413, "body_too_large"]);
  });

  test("query parameters are checked like fields", async () => {
    for (const [query, code] of [
      ["limit=0", "too_small"],
      ["limit=201", "too_big"],
      ["limit=1&limit=2", "repeated"],
      ["colour=red", "unknown_field"],
      ["cursor=bm90LWEta2V5", "invalid_cursor"],
    ]) {
      const refused = await site.request("GET", `${organization}/workspaces?${query}`, owner());
      expect([refused.status, refused.body.errors?.[0]?.code], query).toEqual([400, code]);
      expect(refused.body.errors[0].pointer).toMatch(/^\?(limit|colour|cursor)$/);
    }
  });
});

describe("Idempotency-Key", () => {
  const create = (name: string, key: string, token = site.ownerToken) =>
    site.request("POST", `${organization}/workspaces`, {
      token,
      body: { name },
      headers: { "idempotency-key": key },
    });

  test("a repeated POST is answered as the first time, and done once", async () => {
    const first = await create("once", "key-once");
    const again = await create("once", "key-once");
    expect(first.status).toBe(201);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const events = await auditOf("createWorkspace");
    const ofIt = events.filter((it: { target: { id: string } }) => it.target.id === first.body.id);
    expect(ofIt).toHaveLength(1);
  });

  test("ten at once create one Workspace", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => create("ten", "key-ten")));
    expect(new Set(answers.map((it) => it.body.id)).size).toBe(1);
    expect(answers.map((it) => it.status)).toEqual(Array(10).fill(201));
  });

  test("the same key for another request is 409, and for another caller it is another key", async () => {
    await create("reused", "key-reused");
    const reused = await create("other", "key-reused");
    expect([reused.status, reused.body.code]).toEqual([409, "idempotency_key_reused"]);
    const other = await site.createOrganization("key");
    const theirs = await site.request(
      "POST",
      `/v1/organizations/${other.organizationId}/workspaces`,
      {
        token: other.token,
        body: { name: "other" },
        headers: { "idempotency-key": "key-reused" },
      },
    );
    expect(theirs.status).toBe(201);
  });

  test("a refusal is not kept: the repeated request is judged anew", async () => {
    await create("taken", "key-a");
    const refused = await create("taken", "key-b");
    expect([refused.status, refused.body.code]).toEqual([409, "name_taken"]);
    const { items } = (await site.request("GET", `${organization}/workspaces?limit=200`, owner()))
      .body;
    const taken = items.find((it: { name: string }) => it.name === "taken");
    await site.request("PATCH", `/v1/workspaces/${taken.id}`, {
      ...owner(),
      body: { name: "free" },
    });
    expect((await create("taken", "key-b")).status).toBe(201);
  });

  test("a key of no or too many characters is bad input", async () => {
    const long = await create("long", "k".repeat(256));
    expect([long.status, long.body.code]).toEqual([400, "invalid_input"]);
  });
});

describe("revisions", () => {
  test("ETag names the revision, If-Match refuses an edit of an older one, edits that change nothing make none", async () => {
    const workspace = await site.createWorkspace({ name: "revised" });
    const path = `/v1/workspaces/${workspace}`;
    const patch = (name: string, headers: Record<string, string> = {}) =>
      site.request("PATCH", path, { ...owner(), body: { name }, headers });
    const read = await site.request("GET", path, owner());
    expect([read.headers.get("etag"), read.body.revision]).toEqual(['"1"', 1]);
    expect((await patch("revised", { "if-match": '"1"' })).body.revision).toBe(1);
    expect((await patch("renamed", { "if-match": '"1"' })).body.revision).toBe(2);
    const late = await patch("late", { "if-match": '"1"' });
    expect(late.status).toBe(412);
    expect(late.body).toMatchObject({ code: "revision_mismatch", revision: 2 });
    expect((await patch("never", { "if-match": "W/nonsense" })).status).toBe(412);
    expect((await patch("any", { "if-match": "*" })).status).toBe(200);
    expect((await site.request("GET", path, owner())).body.name).toBe("any");
  });
});

describe("pages", () => {
  test("every item is on one page, in the order of ids, and a Member sees their own Workspaces only", async () => {
    const other = await site.createOrganization("pages");
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      const wanted = {
        organizationId: other.organizationId,
        ownerToken: other.token,
        services: {},
      };
      made.push(await site.createWorkspace(wanted));
    }
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const path = `/v1/organizations/${other.organizationId}/workspaces?limit=2${query}`;
      const { body } = await site.request("GET", path, { token: other.token });
      seen.push(...body.items.map((it: { id: string }) => it.id));
      sizes.push(body.items.length);
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(made.toSorted());
    expect(sizes).toEqual([2, 2, 1]);

    const workspace = await site.createWorkspace();
    const member = await site.mint("pages@example.com", { [workspace]: "Member" });
    const { body } = await site.request("GET", `${organization}/workspaces`, {
      token: member.token,
    });
    expect(body.items.map((it: { id: string }) => it.id)).toEqual([workspace]);
  });
});

describe("AUD-1 the log", () => {
  test("AUD-1 a change is one event, and a refused one is too, with its reason", async () => {
    const workspace = await site.createWorkspace({ name: "audited" });
    const member = await site.mint("audited@example.com", { [workspace]: "Member" });
    const refused = await site.request("DELETE", `/v1/workspaces/${workspace}`, {
      token: member.token,
    });
    expect(refused.status).toBe(403);
    const [event] = await auditOf("deleteWorkspace");
    expect(event).toMatchObject({
      actor: { kind: "user", id: member.userId, name: "audited@example.com" },
      scope: "Workspace",
      workspaceId: workspace,
      category: "Workspaces",
      target: { kind: "workspace", id: workspace },
      outcome: "FAILED",
      reason: "forbidden",
      requestId: refused.body.requestId,
    });
    const [made] = await auditOf("createWorkspace");
    expect(made).toMatchObject({
      target: { kind: "workspace", id: workspace, name: "audited" },
      outcome: "SUCCESS",
      reason: null,
    });
    expect(refused.headers.get("x-request-id")).toBe(refused.body.requestId);
  });

  test("AUD-1 an attempt of an outsider is in the log of the Organization it was made in", async () => {
    const outsider = await site.mint("aud-outsider@example.com");
    await site.request("PATCH", organization, { token: outsider.token, body: { name: "x" } });
    const [event] = await auditOf("updateOrganization");
    expect(event).toMatchObject({
      actor: { id: outsider.userId },
      outcome: "FAILED",
      reason: "not_found",
    });
  });

  test("AUD-1 reads and malformed input make no events", async () => {
    const before = (await auditOf("createWorkspace")).length;
    await site.request("POST", `${organization}/workspaces`, { ...owner(), body: {} });
    await site.request("GET", `${organization}/workspaces`, owner());
    expect((await auditOf("createWorkspace")).length).toBe(before);
    expect(await auditOf("listWorkspaces")).toEqual([]);
  });

  test("AUD-2 the application's role can neither update, delete nor truncate", async () => {
    const { pool } = site.site.database;
    for (const statement of [
      "update audit_events set reason = 'x'",
      "delete from audit_events",
      "truncate audit_events",
    ]) {
      await expect(pool.query(statement), statement).rejects.toThrow(/permission denied/);
    }
    await expect(site.testDatabase.asOwner("delete from audit_events")).rejects.toThrow(
      /append-only/,
    );
  });
});

describe("ORG-1 the Owner", () => {
  test("ORG-1 the database refuses another Owner, to the owner role too", async () => {
    const other = await site.mint("usurper@example.com");
    const statement = "update organizations set owner_id = $1 where id = $2";
    const values = [keyOf(other.userId), keyOf(site.organizationId)];
    const refusal = /Owner of an Organization cannot be changed/;
    await expect(site.site.database.pool.query(statement, values)).rejects.toThrow(refusal);
    await expect(site.testDatabase.asOwner(statement, values)).rejects.toThrow(refusal);
  });
});

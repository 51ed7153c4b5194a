import { SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { codeIn, codeOf } from "../../../test/support/invitations.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";
import type { Person } from "../../../test/support/site.ts";

const WEEK_SECONDS = 7 * 24 * 3600;

let site: RunningSite;
let workspace: string;
let elsewhere: string;
let admin: Person;
let member: Person;
let guest: Person & { email: string };
let count = 0;

beforeAll(async () => {
  site = await startRunningSite({ funded: false });
  elsewhere = await site.createWorkspace({ name: "elsewhere" });
});
afterAll(() => site?.stop());
beforeEach(async () => {
  count += 1;
  workspace = await site.createWorkspace({ name: `ml-${count}` });
  admin = await site.mint(`admin-${count}@example.com`, { [workspace]: "Admin" });
  member = await site.mint(`member-${count}@example.com`, { [workspace]: "Member" });
  const email = `guest-${count}@example.com`;
  guest = { ...(await site.mint(email)), email };
});

const invite = (email = guest.email, role = "Member", token = site.ownerToken, at = workspace) =>
  site.ask("POST", `/v1/workspaces/${at}/invitations`, { email, role }, token);
const list = async (token = site.ownerToken, query = "") =>
  (await site.ask("GET", `/v1/workspaces/${workspace}/invitations${query}`, undefined, token)).body;
const read = async (id: string, token = site.ownerToken) =>
  (await site.ask("GET", `/v1/invitations/${id}`, undefined, token)).body;
const revoke = (id: string, token = site.ownerToken) =>
  site.ask("DELETE", `/v1/invitations/${id}`, undefined, token);
const accept = (code: string, token = guest.token) =>
  site.ask("POST", "/v1/invitations/accept", { code }, token);
const members = async () =>
  (await site.ask("GET", `/v1/workspaces/${workspace}/members`)).body.items;
const rolesOf = async (userId: string) =>
  (await members())
    .filter((it: { userId: string }) => it.userId === userId)
    .map((it: { role: string }) => it.role);
const sees = async (token = guest.token) =>
  (await site.ask("GET", `/v1/workspaces/${workspace}`, undefined, token)).status;
const put = (userId: string, role: string) =>
  site.ask("PUT", `/v1/workspaces/${workspace}/members/${userId}`, { role });
const remove = (userId: string) =>
  site.ask("DELETE", `/v1/workspaces/${workspace}/members/${userId}`);
const auditOf = async (action: string, token = site.ownerToken) => {
  const query = `action=${action}&workspaceId=${workspace}`;
  const path = `/v1/organizations/${site.organizationId}/audit-events?${query}`;
  return (await site.ask("GET", path, undefined, token)).body.items;
};

async function invited(email = guest.email, role = "Member", token = site.ownerToken) {
  const answer = await invite(email, role, token);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return { id: answer.body.id as string, code: await codeOf(site, email) };
}

/** A sign-in of the local issuer with other claims than it would give by itself. */
async function signIn(claims: Record<string, unknown>): Promise<string> {
  const { rows } = await site.testDatabase.database.pool.query(
    "select value from site_facts where name = 'localIssuerKey'",
  );
  const key = await crypto.subtle.importKey("jwk", rows[0].value, "Ed25519", false, ["sign"]);
  return new SignJWT({ name: "Somebody", ...claims })
    .setProtectedHeader({ alg: "Ed25519" })
    .setIssuer("urn:aifactory:local")
    .setAudience("aifactory")
    .setSubject(`somebody-${(count += 1)}`)
    .setExpirationTime("1h")
    .sign(key);
}

describe("ORG-5 inviting", () => {
  test("ORG-5 the mail says who invites whom to what until when, and alone has the code", async () => {
    const answer = await invite(guest.email, "Admin");
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      organizationId: site.organizationId,
      workspaceId: workspace,
      email: guest.email,
      role: "Admin",
      status: "PENDING",
      invitedBy: site.ownerId,
      acceptedBy: null,
    });
    const { createdAt, expiresAt } = answer.body;
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(WEEK_SECONDS * 1000);
    await site.pass(1);
    const mail = site.mails.find(({ to }) => to === guest.email)!;
    const owner = (await site.ask("GET", "/v1/me")).body.email;
    for (const part of [owner, `"ml-${count}"`, '"local"', "Admin", expiresAt, guest.email])
      expect(mail.text).toContain(part);
    const code = codeIn(mail.text);
    expect(mail.text).toContain(`https://ai.example.com/invitations#${code}`);
    expect(mail.subject).toBe(`Invitation to the Workspace "ml-${count}" of local`);
    const { rows } = await site.testDatabase.database.pool.query(
      `select to_jsonb(i)::text as row from invitations i union all select to_jsonb(m)::text from mails m
       union all select to_jsonb(a)::text from audit_events a union all select to_jsonb(w)::text from work_items w
       union all select to_jsonb(r)::text from idempotency_records r`,
    );
    const shown = [await list(), await read(answer.body.id), answer.body, rows];
    expect(JSON.stringify(shown)).not.toContain(code.slice("aifinv_".length));
  });

  test("ORG-5 the Owner invites with either role, an Admin Members only, a Member nobody", async () => {
    expect((await invite("a@example.com", "Admin")).status).toBe(201);
    expect((await invite("b@example.com", "Member", admin.token)).status).toBe(201);
    const refused = await invite("c@example.com", "Admin", admin.token);
    expect(refused.body).toMatchObject({ status: 403, code: "forbidden", neededRoles: ["Owner"] });
    const byMember = await invite("d@example.com", "Member", member.token);
    expect(byMember.body).toMatchObject({ status: 403, code: "forbidden" });
    const emails = (await list()).items.map((it: { email: string }) => it.email);
    expect(emails).toEqual(["a@example.com", "b@example.com"]);
  });

  test("RBAC-1 an Admin of another Workspace is nobody here", async () => {
    const other = await site.mint(`other-${count}@example.com`, { [elsewhere]: "Admin" });
    const { id } = await invited();
    expect((await invite("x@example.com", "Member", other.token)).status).toBe(404);
    expect((await list(other.token)).code).toBe("not_found");
    expect((await read(id, other.token)).code).toBe("not_found");
    expect((await revoke(id, other.token)).status).toBe(404);
  });

  test("RBAC-6 Members know nothing of invitations", async () => {
    const { id } = await invited();
    expect((await list(member.token)).code).toBe("forbidden");
    expect((await read(id, member.token)).code).toBe("not_found");
    expect((await revoke(id, member.token)).status).toBe(404);
  });

  test("ORG-5 inviting an address again replaces what is pending, whatever its case", async () => {
    const first = await invited();
    const again = guest.email.toUpperCase();
    const second = await invited(again);
    expect((await read(first.id)).status).toBe("REVOKED");
    expect((await list(site.ownerToken, "?status=PENDING")).items).toMatchObject([
      { id: second.id, email: again },
    ]);
    expect((await accept(first.code)).body.code).toBe("invitation_revoked");
    expect((await accept(second.code)).status).toBe(200);
    await site.pass(1);
    const told = site.mails.filter(({ to }) => to.toLowerCase() === guest.email);
    expect(told.map(({ to }) => to)).toEqual([again]);
  });

  test("ORG-5 an Admin does not replace what the Owner has invited as Admin", async () => {
    const { id } = await invited(guest.email, "Admin");
    const refused = await invite(guest.email, "Member", admin.token);
    expect(refused.body).toMatchObject({ status: 403, code: "forbidden", neededRoles: ["Owner"] });
    expect((await read(id)).status).toBe("PENDING");
  });

  test("ORG-5 fifty invitations of one address at once leave one pending", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => invite()));
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
    expect((await list(site.ownerToken, "?status=PENDING")).items).toHaveLength(1);
    const { rows } = await site.testDatabase.database.pool.query(
      "select count(*)::int as n from mails where recipient = $1",
      [guest.email],
    );
    expect(rows[0].n).toBe(1);
  });

  test("ORG-5 the list goes page by page, and by what has become of them", async () => {
    for (const name of ["a", "b", "c"]) await invite(`${name}@example.com`);
    const first = await list(admin.token, "?limit=2");
    const rest = await list(admin.token, `?limit=2&cursor=${first.nextCursor}`);
    const emails = [...first.items, ...rest.items].map((it: { email: string }) => it.email);
    expect(emails).toEqual(["a@example.com", "b@example.com", "c@example.com"]);
    expect(rest.nextCursor).toBeNull();
    await revoke(first.items[1].id);
    const revoked = await list(admin.token, "?status=REVOKED");
    expect(revoked.items).toMatchObject([{ email: "b@example.com", status: "REVOKED" }]);
  });

  test("ORG-5 into a Workspace that is being deleted nobody is invited", async () => {
    await site.ask("DELETE", `/v1/workspaces/${workspace}`);
    expect((await invite()).body.code).toBe("workspace_deleting");
  });
});

describe("ORG-5 accepting", () => {
  test.each(["Admin", "Member"])("ORG-5 makes a member with the role %s, at once", async (role) => {
    const { id, code } = await invited(guest.email, role);
    expect(await sees()).toBe(404);
    const answer = await accept(code);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id,
      organizationId: site.organizationId,
      organizationName: "local",
      workspaceId: workspace,
      workspaceName: `ml-${count}`,
      role,
    });
    expect(await sees()).toBe(200);
    expect(await rolesOf(guest.userId)).toEqual([role]);
    expect(await read(id)).toMatchObject({ status: "ACCEPTED", acceptedBy: guest.userId });
  });

  test("ORG-5 fifty at once make one member", async () => {
    const { code } = await invited();
    const answers = await Promise.all(Array.from({ length: 50 }, () => accept(code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refusals = answers.filter(({ status }) => status !== 200);
    expect(new Set(refusals.map(({ body }) => body.code))).toEqual(new Set(["invitation_used"]));
    expect(await rolesOf(guest.userId)).toEqual(["Member"]);
  });

  test("ORG-5 a code works once, also for who has left since", async () => {
    const { code } = await invited();
    await accept(code);
    await remove(guest.userId);
    const again = await accept(code);
    expect([again.status, again.body.code]).toEqual([409, "invitation_used"]);
    expect(await sees()).toBe(404);
  });

  test("ORG-5 somebody else with the code learns nothing, and it stays usable", async () => {
    const { code } = await invited();
    const stranger = await site.mint(`stranger-${count}@example.com`);
    const refused = await accept(code, stranger.token);
    const unknown = await accept(`aifinv_${"A".repeat(43)}`, stranger.token);
    expect([refused.status, refused.body.code]).toEqual([404, "invitation_not_found"]);
    expect({ ...refused.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
    expect(await sees(stranger.token)).toBe(404);
    expect((await accept(code)).status).toBe(200);
  });

  test("ORG-5 it takes a sign-in: API tokens accept nothing", async () => {
    const { code } = await invited();
    const { body } = await site.ask("POST", "/v1/tokens", { name: "ci" }, guest.token);
    const refused = await accept(code, body.token);
    expect(refused.body).toMatchObject({
      status: 403,
      code: "sign_in_required",
      layer: "token",
      remedy: { credential: "signIn" },
    });
    expect((await accept(code)).status).toBe(200);
  });

  test.each([
    ["that the issuer has not verified", { email_verified: false }],
    ["of which the issuer says nothing", {}],
    ["verified in words only", { email_verified: "true" }],
  ])("ID-2 an address %s accepts nothing", async (_, claims) => {
    const { code } = await invited();
    const token = await signIn({ email: guest.email, ...claims });
    const refused = await accept(code, token);
    expect([refused.status, refused.body.code]).toEqual([403, "email_not_verified"]);
    const wrong = await accept(`aifinv_${"A".repeat(43)}`, token);
    expect({ ...refused.body, requestId: "" }).toEqual({ ...wrong.body, requestId: "" });
  });

  test("ID-2 the address counts that this sign-in carries, in whatever case, and the list of members shows it", async () => {
    const { code } = await invited();
    const token = await signIn({ email: guest.email.toUpperCase(), email_verified: true });
    const { body } = await accept(code, token);
    expect(body).toMatchObject({ role: "Member" });
    const emails = (await members()).map((it: { email: string }) => it.email);
    expect(emails).toContain(guest.email.toUpperCase());
  });

  test("ID-2 an address that only looks alike is another one", async () => {
    const { code } = await invited(`kim-${count}@example.com`);
    const kelvin = await signIn({ email: `\u212Aim-${count}@example.com`, email_verified: true });
    expect((await accept(code, kelvin)).body.code).toBe("invitation_not_found");
  });

  test("ORG-5 it changes no role of a member, neither up nor down, and stays as it was", async () => {
    for (const [person, role] of [
      [member, "Admin"],
      [admin, "Member"],
    ] as const) {
      const me = (await site.ask("GET", "/v1/me", undefined, person.token)).body;
      const { id, code } = await invited(me.email, role);
      const refused = await accept(code, person.token);
      expect([refused.status, refused.body.code]).toEqual([409, "already_member"]);
      expect((await read(id)).status).toBe("PENDING");
    }
    expect(await rolesOf(member.userId)).toEqual(["Member"]);
    expect(await rolesOf(admin.userId)).toEqual(["Admin"]);
  });

  test("ORG-5 the Owner needs no membership, and gets none", async () => {
    const owner = (await site.ask("GET", "/v1/me")).body;
    const { code } = await invited(owner.email);
    const refused = await accept(code, site.ownerToken);
    expect([refused.status, refused.body.code]).toEqual([409, "owner_needs_no_membership"]);
  });

  test("ORG-3 ends with the Workspace, from the moment its deletion is accepted", async () => {
    const { code } = await invited();
    await site.ask("DELETE", `/v1/workspaces/${workspace}`);
    expect((await accept(code)).body.code).toBe("invitation_revoked");
    await site.pass(1);
    expect((await accept(code)).body.code).toBe("invitation_revoked");
    expect(await sees(site.ownerToken)).toBe(404);
  });
});

describe("ORG-5 revoking", () => {
  test("ORG-5 makes it void at once, and the mail is not sent any more; twice is once", async () => {
    const { id, code } = await invited();
    expect((await revoke(id)).status).toBe(204);
    expect((await revoke(id)).status).toBe(204);
    expect(await read(id)).toMatchObject({ status: "REVOKED", revokedAt: expect.any(String) });
    const refused = await accept(code);
    expect([refused.status, refused.body.code]).toEqual([409, "invitation_revoked"]);
    await site.pass(1);
    expect(site.mails.filter(({ to }) => to === guest.email)).toEqual([]);
  });

  test("ORG-5 an Admin revokes invitations of Members, whoever made them, and of no Admin", async () => {
    const ofMember = await invited();
    const ofAdmin = await invited(`x-${guest.email}`, "Admin");
    expect((await revoke(ofMember.id, admin.token)).status).toBe(204);
    const refused = await revoke(ofAdmin.id, admin.token);
    expect(refused.body).toMatchObject({ status: 403, code: "forbidden", neededRoles: ["Owner"] });
    expect((await read(ofAdmin.id)).status).toBe("PENDING");
  });

  test("ORG-5 what was accepted is not revoked", async () => {
    const { id, code } = await invited();
    await accept(code);
    const refused = await revoke(id);
    expect([refused.status, refused.body.code]).toEqual([409, "invitation_used"]);
    expect(await sees()).toBe(200);
  });

  test("ORG-5 of revoking and accepting at once one comes first", async () => {
    for (let round = 0; round < 8; round++) {
      const { id, code } = await invited();
      const [revoked, accepted] = await Promise.all([revoke(id), accept(code)]);
      expect([
        [204, 409],
        [409, 200],
      ]).toContainEqual([revoked.status, accepted.status]);
      expect(await sees()).toBe(accepted.status === 200 ? 200 : 404);
      await remove(guest.userId);
    }
  });
});

describe("ORG-5 an inviter who lost the role", () => {
  test.each([
    ["is made a Member", () => put(admin.userId, "Member")],
    ["is removed", () => remove(admin.userId)],
    ["leaves", () => site.ask("DELETE", `/v1/me/memberships/${workspace}`, undefined, admin.token)],
  ])("ORG-5 invitations of an Admin who %s are void, also after a return", async (_, lose) => {
    const { id, code } = await invited(guest.email, "Member", admin.token);
    const other = await invited(`other-${guest.email}`);
    expect((await lose()).status).toBeLessThan(300);
    expect(await read(id)).toMatchObject({ status: "REVOKED", revokedAt: expect.any(String) });
    expect((await accept(code)).body.code).toBe("invitation_revoked");
    await put(admin.userId, "Admin");
    expect((await accept(code)).body.code).toBe("invitation_revoked");
    expect(await sees()).toBe(404);
    expect((await read(other.id)).status).toBe("PENDING");
    expect(await auditOf("revokeInvitation")).toMatchObject([
      { outcome: "SUCCESS", target: { id }, details: { because: "inviterLostRole" } },
    ]);
  });

  test("ORG-5 they are void by whatever way the role was lost", async () => {
    const { id, code } = await invited(guest.email, "Member", admin.token);
    await site.mint(`admin-${count}@example.com`, { [workspace]: "Member" });
    expect((await read(id)).status).toBe("REVOKED");
    expect((await accept(code)).body.code).toBe("invitation_revoked");
  });

  test("ORG-5 no invitation of an Admin outlives a removal at the same time", async () => {
    for (let round = 0; round < 8; round++) {
      await put(admin.userId, "Admin");
      const email = `race-${round}-${guest.email}`;
      await Promise.all([invite(email, "Member", admin.token), remove(admin.userId)]);
      expect((await list(site.ownerToken, "?status=PENDING")).items).toEqual([]);
    }
  });
});

test("AUD-1 the log has each invitation made, revoked, accepted and refused, without a code", async () => {
  const revoked = await invited(`r-${guest.email}`, "Member", admin.token);
  await revoke(revoked.id, admin.token);
  const { id, code } = await invited(guest.email, "Member", admin.token);
  const stranger = await site.mint(`nosy-${count}@example.com`);
  await accept(code, stranger.token);
  await accept(code);
  await accept(code);
  await invite("x@example.com", "Admin", admin.token);
  expect(await auditOf("createInvitation", admin.token)).toMatchObject([
    { outcome: "FAILED", reason: "forbidden", actor: { id: admin.userId } },
    { outcome: "SUCCESS", target: { id }, details: { email: guest.email, role: "Member" } },
    { outcome: "SUCCESS", target: { id: revoked.id } },
  ]);
  expect(await auditOf("revokeInvitation", admin.token)).toMatchObject([
    { outcome: "SUCCESS", target: { kind: "invitation", id: revoked.id } },
  ]);
  expect(await auditOf("acceptInvitation", admin.token)).toMatchObject([
    { outcome: "FAILED", reason: "invitation_used", target: { id } },
    {
      outcome: "SUCCESS",
      actor: { id: guest.userId },
      target: { id },
      details: { role: "Member" },
    },
    {
      outcome: "FAILED",
      reason: "invitation_not_found",
      scope: "Workspace",
      actor: { id: stranger.userId },
      target: { kind: "invitation", id },
    },
  ]);
  expect(JSON.stringify(await auditOf("acceptInvitation"))).not.toContain(code);
});

// The last one: it moves the clock by a week, and nothing that would be due in it runs.
test("ORG-5 it expires after 7 days of site time, and not before", async () => {
  const move = (seconds: number) =>
    site.ask("POST", "/v1/operator/clock/advance", { seconds }, site.operatorToken);
  const late = await invited();
  const early = await invited(`early-${guest.email}`);
  await move(WEEK_SECONDS - 60);
  const other = await site.mint(`early-${guest.email}`);
  expect((await accept(early.code, other.token)).status).toBe(200);
  await move(120);
  const refused = await accept(late.code);
  expect([refused.status, refused.body.code]).toEqual([409, "invitation_expired"]);
  expect(await read(late.id)).toMatchObject({ status: "EXPIRED", revokedAt: null });
  expect((await list(site.ownerToken, "?status=EXPIRED")).items).toHaveLength(1);
  // Another one may be sent, and the old one stays what it was.
  const next = await invited();
  expect((await read(late.id)).status).toBe("EXPIRED");
  expect((await accept(next.code)).status).toBe(200);
});

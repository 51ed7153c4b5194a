import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createClient, type Client } from "@aifactory/sdk";
import { oidcVerifier } from "../../api/adapters/oidc/verifier.ts";
import { smtpMailer } from "../../api/adapters/smtp/smtp-mailer.ts";
import { createWorker, type Worker } from "../../api/worker/create-worker.ts";
import { workHandlers } from "../../api/worker/work-handlers.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { codeIn, codeOf } from "../support/invitations.ts";
import { startMailbox, type Mailbox } from "../support/mailbox.ts";
import { startOidcIssuer, type OidcIssuer } from "../support/oidc-issuer.ts";
import { startReplica, type Replica } from "../support/replica.ts";
import { requester, type Request } from "../support/request.ts";
import { newDataDir, readLocal, startServer, type ReadyServer } from "../support/server.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

async function until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    await sleep(20);
  }
}

describe("ORG-5 with a real issuer and a real mail server", () => {
  let idp: OidcIssuer;
  let mailbox: Mailbox;
  let site: TestSite;
  let worker: Worker;
  const clientOf = async (login: string): Promise<Client> =>
    createClient({ url: site.url, token: await idp.signIn(login), retries: 0 });
  beforeAll(async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {}); // The issuer warns of its development features.
    idp = await startOidcIssuer();
    mailbox = await startMailbox();
    site = await startTestSite({
      verifier: oidcVerifier({ issuer: idp.issuer, audience: idp.audience }),
      autoCreateOrganization: true,
      nudge: () => worker?.nudge(),
    });
    const mailer = smtpMailer({ url: mailbox.url, from: "no-reply@ai.example.com" });
    const handlers = workHandlers({ ...site.site, mailer });
    worker = createWorker({ ...site.site, handlers, onError: console.error });
    worker.start();
  });
  afterAll(async () => {
    await worker?.drain();
    await site?.stop();
    await mailbox?.stop();
    await idp?.stop();
  });

  test("ORG-5 who owns the invited address becomes a member by the link of the mail", async () => {
    const alice = await clientOf("alice");
    const [owned] = (await alice.getMe()).memberships;
    const { organizationId } = owned!;
    const { id: workspaceId } = await alice.createWorkspace({
      path: { organizationId },
      body: { name: "ml" },
    });
    const body = { email: "Bob@example.com", role: "Member" } as const;
    const invitation = await alice.createInvitation({ path: { workspaceId }, body });
    const mail = await until(() => mailbox.received[0]);
    expect(mail.to).toEqual(["Bob@example.com"]);
    expect(mail.headers.get("subject")).toBe('Invitation to the Workspace "ml" of ALICE');
    expect(mail.text).toMatch(/^alice@example\.com invites you to the Workspace "ml"/);
    const code = codeIn(mail.text);

    // The issuer knows this one's address too, and has not verified it.
    const unverified = await clientOf("unverified");
    await expect(unverified.acceptInvitation({ body: { code } })).rejects.toMatchObject({
      status: 403,
      code: "email_not_verified",
    });
    const carol = await clientOf("carol");
    await expect(carol.acceptInvitation({ body: { code } })).rejects.toMatchObject({
      status: 404,
      code: "invitation_not_found",
    });
    const bob = await clientOf("bob");
    expect(await bob.acceptInvitation({ body: { code } })).toMatchObject({
      workspaceId,
      workspaceName: "ml",
      role: "Member",
    });
    const { items } = await alice.listMembers({ path: { workspaceId } });
    expect(items).toMatchObject([{ name: "BOB", email: "bob@example.com", role: "Member" }]);
    const { status } = await alice.getInvitation({ path: { invitationId: invitation.id } });
    expect(status).toBe("ACCEPTED");
    expect(mailbox.received).toHaveLength(1);
    await bob.leaveWorkspace({ path: { workspaceId } });
    expect((await alice.listMembers({ path: { workspaceId } })).items).toEqual([]);
  });
});

describe("ORG-5 on two replicas", () => {
  let site: TestSite;
  let replica: Replica;
  let there: Request;
  beforeAll(async () => {
    site = await startTestSite();
    replica = await startReplica(site);
    there = requester(replica.url);
  });
  afterAll(async () => {
    await replica?.stop();
    await site?.stop();
  });

  test("RBAC-7 accepting, leaving, removing and a changed role hold with the next request of the other one", async () => {
    const workspaceId = await site.createWorkspace();
    const path = `/v1/workspaces/${workspaceId}`;
    const owner = { token: site.ownerToken };
    for (let round = 0; round < 10; round++) {
      const email = `guest-${round}@example.com`;
      const guest = await site.mint(email);
      const sees = async () => (await there("GET", path, { token: guest.token })).status;
      const lists = async () =>
        (await there("GET", `${path}/members`, { token: guest.token })).status;
      const join = async () => {
        const body = { email, role: "Member" };
        await site.request("POST", `${path}/invitations`, { ...owner, body });
        const code = await codeOf(site, email);
        const accepted = { token: guest.token, body: { code } };
        return (await site.request("POST", "/v1/invitations/accept", accepted)).status;
      };
      expect(await sees()).toBe(404);
      expect(await join()).toBe(200);
      expect([await sees(), await lists()]).toEqual([200, 403]);
      const member = `${path}/members/${guest.userId}`;
      await site.request("PUT", member, { ...owner, body: { role: "Admin" } });
      expect(await lists()).toBe(200);
      await site.request("DELETE", `/v1/me/memberships/${workspaceId}`, { token: guest.token });
      expect(await sees()).toBe(404);
      expect(await join()).toBe(200);
      expect(await sees()).toBe(200);
      await site.request("DELETE", member, owner);
      expect(await sees()).toBe(404);
    }
  });

  test("ORG-5 fifty accept one code on both, and one does", async () => {
    const workspaceId = await site.createWorkspace();
    const guest = await site.mint("raced@example.com");
    const body = { email: "raced@example.com", role: "Member" };
    const invitations = `/v1/workspaces/${workspaceId}/invitations`;
    await site.request("POST", invitations, { token: site.ownerToken, body });
    const accept = { token: guest.token, body: { code: await codeOf(site, body.email) } };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 === 0 ? site.request : there)("POST", "/v1/invitations/accept", accept),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(49).fill(409)]);
  });

  test("ORG-5 a site that sends no mail says so, and invites nobody", async () => {
    const silent = await startReplica({ ...site, site: { ...site.site, mail: null } });
    const workspaceId = await site.createWorkspace();
    const path = `/v1/workspaces/${workspaceId}/invitations`;
    const options = { token: site.ownerToken, body: { email: "a@example.com", role: "Member" } };
    const refused = await requester(silent.url)("POST", path, options);
    expect([refused.status, refused.body.code]).toEqual([409, "mail_not_configured"]);
    expect(refused.body.detail).toContain("SMTP_URL");
    const { body } = await site.request("GET", path, { token: site.ownerToken });
    expect(body.items).toEqual([]);
    await silent.stop();
  });
});

describe("ORG-5 without a mail server", () => {
  const folder = newDataDir();
  let db: TestDatabase;
  let server: ReadyServer;
  beforeAll(async () => {
    db = await createTestDatabase();
    server = await startServer({
      AIFACTORY_DATA_DIR: folder.path,
      DATABASE_URL: db.url,
      DATABASE_ADMIN_URL: db.adminUrl,
      LOG_LEVEL: "info",
    });
  });
  afterAll(async () => {
    await server?.end("SIGTERM");
    await folder.remove();
    await db?.drop();
  });

  test("ID-5 a simulated site shows the mail in its log, so that a newcomer can try it out", async () => {
    const { ownerToken, operatorToken, organizationId } = readLocal(folder.path);
    const owner = createClient({ url: server.url, token: ownerToken });
    const operator = createClient({ url: server.url, token: operatorToken });
    const { id: workspaceId } = await owner.createWorkspace({
      path: { organizationId },
      body: { name: "ml" },
    });
    const email = "newcomer@example.com";
    await owner.createInvitation({ path: { workspaceId }, body: { email, role: "Admin" } });
    const link = await until(() => /http:\S+?\/invitations#[\w-]+/.exec(server.output())?.[0]);
    expect(link.startsWith(`${server.url}/invitations#`)).toBe(true);
    expect((await fetch(link)).status).toBe(200);
    const { token } = await operator.mintToken({ body: { organizationId, email } });
    const newcomer = createClient({ url: server.url, token: token! });
    const { role } = await newcomer.acceptInvitation({ body: { code: codeIn(link) } });
    expect(role).toBe("Admin");
  });
});

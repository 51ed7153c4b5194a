import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withSystem } from "#db/tenant.ts";
import { insertOrganization } from "#domain/organizations/insert-organization.ts";
import { ensurePerson } from "#domain/principals/sign-in.ts";
import { newId } from "#domain/ids.ts";
import type { WorkItem } from "#domain/work/types.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { deliverNotice } from "./deliver-notice.ts";
import type { Notice } from "./notice.ts";
import { notify } from "./notify.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.drop());

const run = async (sql: string, values: unknown[] = []) =>
  (await db.database.pool.query(sql, values)).rows;

const person = (email: string | null, emailVerified = true) =>
  withSystem(db.database, async (tx) => {
    const identity = {
      issuer: "test",
      subject: randomUUID(),
      email,
      emailVerified,
      name: "Somebody",
    };
    return (await ensurePerson(tx, identity)).principalId;
  });

/** An Organization with a Workspace, and a warning about its Quota. */
async function warning(owner: { email: string | null; verified?: boolean }): Promise<Notice> {
  const ownerId = await person(owner.email, owner.verified);
  const workspaceId = newId();
  const organizationId = await withSystem(db.database, async (tx) => {
    const { id } = await insertOrganization(tx, {
      name: "acme\nCc: all",
      ownerId,
      currency: "USD",
    });
    await tx.client.query(
      "insert into workspaces (id, organization_id, name, created_at) values ($1, $2, 'vision', now())",
      [workspaceId, id],
    );
    return id;
  });
  const facts = { percent: 80, period: "day", limitUsd: "1.00", spentUsd: "0.80" } as const;
  return {
    organizationId,
    workspaceId,
    kind: "quotaWarning",
    cause: `test:${workspaceId}`,
    audience: "workspace",
    facts: { ...facts, resetsAt: "2026-05-05T00:00:00.000Z" },
  };
}

const join = ({ organizationId, workspaceId }: Notice, principalId: string, role: string) =>
  run(
    `insert into memberships (organization_id, workspace_id, principal_id, role, created_at)
     values ($1, $2, $3, $4, now())`,
    [organizationId, workspaceId, principalId, role],
  );

const tell = (notices: Notice[]) => withSystem(db.database, (tx) => notify(tx, notices));

/** Hands what was told to its channels, twice. */
async function deliver({ organizationId }: Notice, mailer: { send(): Promise<void> } | null) {
  const items = await run("select key from work_items where organization_id = $1", [
    organizationId,
  ]);
  const handle = deliverNotice({ database: db.database, mailer });
  for (const { key } of [...items, ...items])
    await handle({ key } as WorkItem, { verify: async () => {} });
  return run(
    "select recipient, subject, body from mails where organization_id = $1 order by recipient",
    [organizationId],
  );
}

const mailer = { send: async () => {} };

test("AUD-3 a cause is told once, however many tell it at once", async () => {
  const [one, other] = [await warning({ email: null }), await warning({ email: null })];
  await Promise.all(Array.from({ length: 10 }, () => tell([one, other])));
  for (const { organizationId } of [one, other]) {
    const of = [organizationId];
    expect(await run("select 1 from notices where organization_id = $1", of)).toHaveLength(1);
    expect(await run("select 1 from work_items where organization_id = $1", of)).toHaveLength(1);
  }
});

test("AUD-3 a notice belongs to the transaction of its cause", async () => {
  const notice = await warning({ email: null });
  const failing = withSystem(db.database, async (tx) => {
    await notify(tx, [notice]);
    throw new Error("the change fails");
  });
  await expect(failing).rejects.toThrow("the change fails");
  expect(await run("select 1 from notices where cause = $1", [notice.cause])).toEqual([]);
});

test("AUD-3 mails go to verified addresses of Owner and Admins, one for each address and notice", async () => {
  const notice = await warning({ email: "boss@example.com" });
  await join(notice, await person("admin@example.com"), "Admin");
  await join(notice, await person("BOSS@example.com"), "Admin");
  await join(notice, await person("claimed@example.com", false), "Admin");
  await join(notice, await person("member@example.com"), "Member");
  await tell([notice]);
  const mails = await deliver(notice, mailer);
  expect(mails.map(({ recipient }) => recipient.toLowerCase())).toEqual([
    "admin@example.com",
    "boss@example.com",
  ]);
  expect(mails[0].subject).toBe("A Workspace has spent 80 % of its Quota of this day");
  expect(mails[0].body).toContain("\nOrganization: acme Cc: all\nWorkspace: vision\n");
});

test("AUD-3 an unverified Owner is told in the list alone; so is everybody on a site that sends no mail", async () => {
  const unverified = await warning({ email: "claimed@example.com", verified: false });
  const silent = await warning({ email: "boss@example.com" });
  await tell([unverified, silent]);
  expect(await deliver(unverified, mailer)).toEqual([]);
  expect(await deliver(silent, null)).toEqual([]);
  expect(await run("select 1 from notices where cause = $1", [silent.cause])).toHaveLength(1);
});

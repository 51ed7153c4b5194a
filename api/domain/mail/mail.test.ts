import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { smtpMailer } from "#adapters/smtp/smtp-mailer.ts";
import { withSystem } from "#db/tenant.ts";
import { retryWorkItem } from "#domain/operator/retry-work-item.ts";
import type { Mailer } from "#ports/mailer.ts";
import { createWorker, type Worker } from "#worker/create-worker.ts";
import { workHandlers } from "#worker/work-handlers.ts";
import { loadCatalogue } from "#domain/catalogue/load.ts";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { startMailbox, type Mailbox } from "../../../test/support/mailbox.ts";
import { enqueueMail } from "./enqueue-mail.ts";
import { withdrawMail } from "./withdraw-mail.ts";

let db: TestDatabase;
let mailbox: Mailbox;
const workers: Worker[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
  mailbox = await startMailbox();
});
afterAll(async () => {
  await mailbox?.stop();
  await db?.drop();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain()));
  await run("delete from work_items");
  await run("delete from mails");
  mailbox.received.length = 0;
});

const run = async (sql: string) => (await db.database.pool.query(sql)).rows;
const smtp = (url = mailbox.url) => smtpMailer({ url, from: "no-reply@ai.example.com" });
const request = (cause: string) => ({
  cause,
  organizationId: null,
  to: "a@example.com",
  subject: "Hi",
  text: `secret of ${cause}`,
});
const write = (cause: string) => withSystem(db.database, (tx) => enqueueMail(tx, request(cause)));
const texts = () => mailbox.received.map(({ text }) => text);
const outbox = () => run("select cause, body, sent_at is not null as sent from mails");

function worker(mailer: Mailer | null): Worker {
  const { database } = db;
  const site = { database, clusters: new Map(), catalogue: loadCatalogue(null), mailer };
  const made = createWorker({ ...site, handlers: workHandlers(site), pollMs: 20 });
  workers.push(made);
  return made;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

test("AUD-3 each cause is told once, however often and wherever it is found", async () => {
  const written = await Promise.all(Array.from({ length: 10 }, () => write("one")));
  expect(written.filter(Boolean)).toHaveLength(1);
  await worker(smtp()).runUntilQuiet();
  expect(texts()).toEqual(["secret of one"]);
  expect(await write("one")).toBe(false);
  await worker(smtp()).runUntilQuiet();
  expect(texts()).toEqual(["secret of one"]);
});

test("AUD-3 a mail belongs to its transaction", async () => {
  const failing = withSystem(db.database, async (tx) => {
    await enqueueMail(tx, request("undone"));
    throw new Error("the change fails");
  });
  await expect(failing).rejects.toThrow("the change fails");
  await worker(smtp()).runUntilQuiet();
  expect(texts()).toEqual([]);
  expect(await write("undone")).toBe(true);
});

test("AUD-3 five workers send each of forty mails once, and keep none of their texts", async () => {
  for (let index = 0; index < 40; index++) await write(`mail-${index}`);
  for (let index = 0; index < 5; index++) worker(smtp()).start();
  await until(async () => (await outbox()).every(({ sent }) => sent));
  expect(mailbox.received).toHaveLength(40);
  expect(new Set(texts()).size).toBe(40);
  expect((await outbox()).map(({ body }) => body)).toEqual(Array(40).fill(null));
  await until(async () => (await run("select 1 from work_items where kind = 'mail'")).length === 0);
});

test("AUD-3 while the mail server is away mails wait, and none is given up", async () => {
  const away = await startMailbox();
  await away.stop();
  await write("patience");
  const errors: unknown[] = [];
  const replica = worker({
    async send(mail) {
      await smtp(away.url)
        .send(mail)
        .catch((error: unknown) => {
          errors.push(error);
          throw error;
        });
    },
  });
  replica.start();
  // Far more often than what fails for good.
  while (errors.length < 45) {
    await run("update work_items set run_after = clock_timestamp()");
    await sleep(10);
  }
  const port = Number(new URL(away.url).port);
  const back = await startMailbox({ port });
  await run("update work_items set run_after = clock_timestamp()");
  await until(() => back.received.length > 0);
  await until(async () => (await run("select 1 from work_items")).length === 0);
  expect(back.received.map(({ text }) => text)).toEqual(["secret of patience"]);
  await back.stop();
});

test("AUD-3 what the server refuses for good is parked; the operator has it tried again", async () => {
  const refusing = await startMailbox({
    onRcptTo: (_to, _session, done) =>
      done(Object.assign(new Error("no such user"), { responseCode: 550 })),
  });
  await write("refused");
  await run("update work_items set attempts = 19");
  await worker(smtp(refusing.url)).runUntilQuiet();
  await refusing.stop();
  const [item] = await run("select kind, key, parked_at, last_error from work_items");
  expect(item).toMatchObject({ kind: "mail", parked_at: expect.any(Date) });
  expect(item.last_error).toMatch(/no such user/);
  expect(item.last_error).not.toContain("secret");
  await withSystem(db.database, (tx) => retryWorkItem(tx, item));
  await worker(smtp()).runUntilQuiet();
  expect(texts()).toEqual(["secret of refused"]);
});

test("AUD-3 a crash after the server's answer sends again under the same Message-ID", async () => {
  await write("twice");
  let crashed = false;
  const replica = worker({
    async send(mail) {
      await smtp().send(mail);
      if (!crashed) {
        crashed = true;
        throw new Error("killed");
      }
    },
  });
  replica.start();
  await until(async () => (await outbox()).every(({ sent }) => sent));
  const ids = mailbox.received.map(({ headers }) => headers.get("message-id"));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test("AUD-3 a mail whose cause is no more is not sent", async () => {
  await write("revoked");
  await write("kept");
  await withSystem(db.database, (tx) => withdrawMail(tx, "revoked"));
  await worker(smtp()).runUntilQuiet();
  expect(texts()).toEqual(["secret of kept"]);
});

test("AUD-3 a replica without a mailer leaves mails to one that has one", async () => {
  await write("left");
  worker(null).start();
  await until(async () => (await run("select 1 from work_items where attempts > 0")).length > 0);
  expect(await outbox()).toMatchObject([{ sent: false }]);
  worker(smtp()).start();
  await until(async () => (await outbox()).every(({ sent }) => sent));
  expect(texts()).toEqual(["secret of left"]);
});

import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mails } from "#db/schema/mails.ts";
import { withSystem } from "#db/tenant.ts";
import { enqueueMail } from "#domain/mail/enqueue-mail.ts";
import { newId } from "#domain/ids.ts";
import { createTestDatabase, type TestDatabase } from "../test/support/database.ts";
import { describeError } from "./describe-error.ts";

const SECRET = "aifinv_secret-that-no-log-may-have";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.drop());

async function logged(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => {
      throw new Error("it was to fail");
    },
    (reason: unknown) => reason,
  );
  const stream = new PassThrough();
  const log = pino({ serializers: { err: describeError } }, stream);
  log.error({ err: error }, "a request failed");
  stream.end();
  return text(stream);
}

const mail = { cause: "c", organizationId: null, to: "a@example.com", subject: "s", text: SECRET };

test("ORG-5 a statement that failed is logged with its cause, and without its values", async () => {
  const line = await logged(
    withSystem(db.database, async (tx) => {
      await tx.db.execute(sql`set local transaction read only`);
      await enqueueMail(tx, mail);
    }),
  );
  expect(line).toContain("insert into");
  expect(line).toContain("read-only transaction");
  expect(line).toContain("enqueue-mail.ts");
  expect(line).not.toContain(SECRET);
});

test("ORG-5 nor with the row that PostgreSQL quotes, whoever asked", async () => {
  const now = new Date();
  const row = {
    id: newId(),
    cause: "x",
    recipient: "r",
    subject: "s",
    createdAt: now,
    sentAt: now,
  };
  const byBuilder = db.database.read.insert(mails).values({ ...row, body: SECRET });
  expect(await logged(byBuilder.execute())).toMatch(/mails_body_until_sent/);
  const raw = db.database.pool.query(
    "insert into mails (id, cause, recipient, subject, body, created_at, sent_at) values ($1, 'y', 'r', 's', $2, now(), now())",
    [newId(), SECRET],
  );
  const line = await logged(raw);
  expect(line).toMatch(/mails_body_until_sent/);
  for (const found of [line, await logged(byBuilder.execute())])
    expect(found).not.toContain(SECRET);
});

test("what is no error of a statement is logged as it is", async () => {
  expect(await logged(Promise.reject(new TypeError("odd")))).toMatch(/"type":"TypeError".*odd/);
  expect(await logged(Promise.reject("words alone"))).toContain("words alone");
});

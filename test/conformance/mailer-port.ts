import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Mail, Mailer } from "../../api/ports/mailer.ts";

/** What the suite needs of the world around a mailer. */
export interface MailerHarness {
  readonly mailer: Mailer;
  /** What has come out on the other side, oldest first. `id` is how a recipient recognises a mail. */
  received(): Mail[];
  close(): Promise<void>;
}

const TEXTS: Record<string, string> = {
  "one line": "Hello.",
  "lines, some of them empty": "Hello,\n\nthis is\n\n\nall.",
  "a line with a dot alone": "before\n.\n..\nafter",
  "other scripts": "Chào bạn, 東京 へ ようこそ – € 😀 = =20",
  "a link longer than a line": `https://ai.example.com/invitations#${"aZ0-_".repeat(60)}`,
  "a long line": "word ".repeat(400).trim(),
};

const HOSTILE = "Hello\r\nBcc: everybody@example.com\r\n\r\nBuy!";

/** The contract of the mailer port; every adapter passes it. */
export function mailerConformance(name: string, makeHarness: () => Promise<MailerHarness>): void {
  describe(`mailer port: ${name}`, () => {
    let harness: MailerHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(() => harness?.close());

    const send = async (mail: Partial<Mail>): Promise<Mail> => {
      const sent = {
        id: randomUUID(),
        to: "a@example.com",
        subject: "Hi",
        text: "Hello.",
        ...mail,
      };
      await harness.mailer.send(sent);
      return sent;
    };
    const copies = (id: string) => harness.received().filter((mail) => mail.id === id);

    test.each(Object.entries(TEXTS))("AUD-3 %s arrives as it was sent, once", async (_, text) => {
      const sent = await send({ text });
      expect(copies(sent.id)).toEqual([sent]);
    });

    test("AUD-3 a subject in other scripts arrives as it was sent", async () => {
      const sent = await send({
        subject: "Lời mời vào không gian làm việc – 東京のワークスペース 😀",
      });
      expect(copies(sent.id)).toEqual([sent]);
    });

    test("AUD-3 a subject of several lines makes no header, and no second recipient", async () => {
      const { id } = await send({ subject: HOSTILE, text: "the text" });
      const [mail, ...more] = copies(id);
      expect(more).toEqual([]);
      expect(mail).toMatchObject({ to: "a@example.com", text: "the text" });
    });

    test("AUD-3 an address is one address, whatever is in it", async () => {
      const to = '"x, y@example.com"@example.com';
      const { id } = await send({ to }).catch(() => ({ id: "refused" }));
      expect(copies(id).map((mail) => mail.to)).toEqual(id === "refused" ? [] : [to]);
    });

    test("AUD-3 a mail that is sent again is the same mail", async () => {
      const sent = await send({ text: "again" });
      await send(sent);
      expect(copies(sent.id)).toEqual([sent, sent]);
    });

    test("AUD-3 twenty at once arrive, each with its own text", async () => {
      const sent = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          send({ to: `p${index}@example.com`, text: `for ${index}` }),
        ),
      );
      for (const mail of sent) expect(copies(mail.id)).toEqual([mail]);
    });
  });
}

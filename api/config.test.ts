import { describe, expect, test } from "vitest";
import { readConfig } from "./config.ts";
import { invitationLink } from "./open-mailer.ts";

const complete = {
  SMTP_URL: "smtps://robot:p%40ss@mail.example.com:465",
  MAIL_FROM: "AI Factory <no-reply@example.com>",
  AIFACTORY_PUBLIC_URL: "https://ai.example.com/",
};

describe("AUD-3 mail", () => {
  test("AUD-3 is configured by server, sender and the address of the site", () => {
    const { smtp, publicUrl, invitationUrl } = readConfig(complete);
    expect(smtp).toEqual({ url: complete.SMTP_URL, from: complete.MAIL_FROM });
    expect([publicUrl, invitationUrl]).toEqual(["https://ai.example.com", null]);
    expect(readConfig({}).smtp).toBeNull();
    const plain = { ...complete, SMTP_URL: "smtp://[::1]:2525", MAIL_FROM: "no-reply@example.com" };
    expect(readConfig(plain).smtp).toMatchObject({ from: "no-reply@example.com" });
  });

  test.each([
    ["another protocol", { SMTP_URL: "http://mail.example.com" }, /SMTP_URL: must be an smtp/],
    ["no URL", { SMTP_URL: "mail.example.com" }, /SMTP_URL: must be an smtp/],
    ["no server", { SMTP_URL: "smtp://" }, /SMTP_URL: must/],
    ["no sender", { MAIL_FROM: undefined }, /MAIL_FROM: SMTP_URL and MAIL_FROM go together/],
    ["a sender alone", { SMTP_URL: undefined }, /MAIL_FROM: SMTP_URL and MAIL_FROM go together/],
    ["a sender that is no address", { MAIL_FROM: "AI Factory" }, /MAIL_FROM: must hold a mail/],
    ["two senders", { MAIL_FROM: "a@example.com, b@example.com" }, /MAIL_FROM: must/],
    ["a sender with a header", { MAIL_FROM: "A\nBcc: x <a@example.com>" }, /MAIL_FROM: must/],
    [
      "no address of the site",
      { AIFACTORY_PUBLIC_URL: undefined },
      /AIFACTORY_PUBLIC_URL: is needed/,
    ],
    [
      "a site of no web",
      { AIFACTORY_PUBLIC_URL: "ftp://ai.example.com" },
      /PUBLIC_URL: must be an http/,
    ],
    [
      "a page without a place for the code",
      { INVITATION_URL: "https://x.example" },
      /must contain \{code\}/,
    ],
    [
      "a page of no web",
      { INVITATION_URL: "javascript:alert('{code}')" },
      /INVITATION_URL: must be an http/,
    ],
  ])("AUD-3 %s is refused with a sentence", (_, change, sentence) => {
    expect(() => readConfig({ ...complete, ...change })).toThrow(sentence);
  });

  test("ORG-5 an invitation leads to the site's page, or to the operator's", () => {
    const own = readConfig(complete);
    expect(invitationLink(own, own.publicUrl!, "aifinv_x")).toBe(
      "https://ai.example.com/invitations#aifinv_x",
    );
    const url = "https://console.example.com/join?code={code}";
    const other = readConfig({ ...complete, AIFACTORY_PUBLIC_URL: undefined, INVITATION_URL: url });
    expect(invitationLink(other, "", "aifinv_x")).toBe(
      "https://console.example.com/join?code=aifinv_x",
    );
  });
});

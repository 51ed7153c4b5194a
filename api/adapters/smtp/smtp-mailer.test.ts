import { randomUUID } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { MailerUnavailable } from "#ports/mailer.ts";
import { startMailbox, type Mailbox } from "../../../test/support/mailbox.ts";
import { smtpMailer } from "./smtp-mailer.ts";

const from = "AI Factory <no-reply@ai.example.com>";
const mail = () => ({ id: randomUUID(), to: "a@example.com", subject: "Hi", text: "Hello." });
const refusal = (responseCode: number, message: string) =>
  Object.assign(new Error(message), { responseCode });

let mailbox: Mailbox | undefined;
afterEach(async () => {
  await mailbox?.stop();
  mailbox = undefined;
});

test("AUD-3 a mail says whom it is from, and that no person wrote it", async () => {
  mailbox = await startMailbox();
  await smtpMailer({ url: mailbox.url, from }).send(mail());
  const [{ from: sender, headers }] = mailbox.received as [Mailbox["received"][number]];
  expect(sender).toBe("no-reply@ai.example.com");
  expect(headers.get("from")).toBe(from);
  expect(headers.get("auto-submitted")).toBe("auto-generated");
});

test("AUD-3 user and password of the URL are presented", async () => {
  const seen: unknown[] = [];
  mailbox = await startMailbox({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      seen.push([username, password]);
      done(password === "p@ss" ? null : new Error("wrong"), { user: username! });
    },
  });
  const url = (password: string) => mailbox!.url.replace("//", `//robot:${password}@`);
  await smtpMailer({ url: url("p%40ss"), from }).send(mail());
  expect(mailbox.received).toHaveLength(1);
  // A wrong password is the operator's to mend; the mail waits for it.
  const wrong = smtpMailer({ url: url("other"), from }).send(mail());
  await expect(wrong).rejects.toBeInstanceOf(MailerUnavailable);
  expect(seen).toEqual([
    ["robot", "p@ss"],
    ["robot", "other"],
  ]);
});

test("AUD-3 a server that is away, and one that refuses for now, are tried again", async () => {
  mailbox = await startMailbox();
  const { url } = mailbox;
  await mailbox.stop();
  await expect(smtpMailer({ url, from }).send(mail())).rejects.toBeInstanceOf(MailerUnavailable);
  mailbox = await startMailbox({
    onRcptTo: (_address, _session, done) => done(refusal(451, "greylisted")),
  });
  const later = smtpMailer({ url: mailbox.url, from }).send(mail());
  await expect(later).rejects.toBeInstanceOf(MailerUnavailable);
});

test("AUD-3 a connection that breaks off in the middle is tried again", async () => {
  const server = createServer((socket) => socket.end("220 hello\r\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const broken = smtpMailer({ url: `smtp://127.0.0.1:${port}`, from }).send(mail());
  await expect(broken).rejects.toBeInstanceOf(MailerUnavailable);
  server.close();
});

test("AUD-3 an address, and a mail, that the server refuses for good is no outage", async () => {
  mailbox = await startMailbox({
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith("nobody@") ? refusal(550, "no such user") : undefined),
    onData(stream, _session, done) {
      stream.resume().once("end", () => done(refusal(554, "spam")));
    },
  });
  const mailer = smtpMailer({ url: mailbox.url, from });
  for (const to of ["nobody@example.com", "a@example.com"]) {
    const refused = await mailer.send({ ...mail(), to }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(refused).not.toBeInstanceOf(MailerUnavailable);
  }
});

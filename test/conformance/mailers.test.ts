import { logMailer } from "../../api/adapters/mail-log/log-mailer.ts";
import { smtpMailer } from "../../api/adapters/smtp/smtp-mailer.ts";
import type { Mail } from "../../api/ports/mailer.ts";
import { startMailbox } from "../support/mailbox.ts";
import { mailerConformance } from "./mailer-port.ts";

mailerConformance("SMTP", async () => {
  const mailbox = await startMailbox();
  return {
    mailer: smtpMailer({ url: mailbox.url, from: "AI Factory <no-reply@ai.example.com>" }),
    received: () =>
      mailbox.received.map(({ to, headers, text }) => ({
        id: /^<(.+)@ai\.example\.com>$/.exec(headers.get("message-id")!)![1]!,
        to: to.join(", "),
        subject: headers.get("subject")!,
        text,
      })),
    close: () => mailbox.stop(),
  };
});

mailerConformance("log", async () => {
  const lines: string[] = [];
  return {
    mailer: logMailer((mail) => void lines.push(JSON.stringify(mail))),
    received: () => lines.map((line) => (JSON.parse(line) as { mail: Mail }).mail),
    close: async () => {},
  };
});

import type { Mailer } from "#ports/mailer.ts";

/** Writes mails to the log, secrets and all, so that a newcomer needs no mail server: simulated sites only. */
export function logMailer(log: (mail: object, message: string) => void): Mailer {
  return {
    async send({ id, to, subject, text }) {
      log({ mail: { id, to, subject, text } }, "a mail, shown here because SMTP_URL is not set");
    },
  };
}

import type { Logger } from "pino";
import { logMailer } from "#adapters/mail-log/log-mailer.ts";
import { smtpMailer } from "#adapters/smtp/smtp-mailer.ts";
import type { Mailer } from "#ports/mailer.ts";
import type { Config } from "./config.ts";

/**
 * How this site sends mail: by SMTP; without it, a simulated site shows mails in its log and a real one sends none,
 * because mails carry secrets and a log is no place for them.
 */
export function openMailer(
  { smtp }: Pick<Config, "smtp">,
  simulated: boolean,
  log: Logger,
): Mailer | null {
  if (smtp !== null) return smtpMailer(smtp);
  if (simulated) return logMailer((mail, message) => log.info(mail, message));
  log.warn("SMTP_URL is not set: no mail is sent, and nobody can be invited");
  return null;
}

/** Where an invitation's mail leads; `siteUrl` is where people reach the site. */
export function invitationLink(
  { invitationUrl }: Pick<Config, "invitationUrl">,
  siteUrl: string,
  code: string,
): string {
  // In the fragment, the code reaches neither this server's log nor that of a proxy.
  const template = invitationUrl ?? `${siteUrl}/invitations#{code}`;
  return template.replaceAll("{code}", code);
}

import { createTransport } from "nodemailer";
import { MailerUnavailable, type Mailer } from "#ports/mailer.ts";

export interface SmtpOptions {
  /** `smtp://` (STARTTLS where the server offers it) or `smtps://`, with user, password and port. */
  url: string;
  /** Address, or `Name <address>`. */
  from: string;
}

const CONNECT_MS = 10_000;
const SILENCE_MS = 30_000;

/**
 * Mails by SMTP. An attempt whose answer was lost may reach somebody twice; its Message-ID is made of the mail's id, so
 * that the second copy is recognised as such.
 */
export function smtpMailer({ url, from }: SmtpOptions): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^@>]+)>?$/.exec(from)![1]!;
  return {
    async send({ id, to, subject, text }) {
      const message = {
        messageId: `<${id}@${domain}>`,
        from,
        // As an object it is one address, whatever is in it.
        to: { name: "", address: to },
        subject,
        text,
        textEncoding: "quoted-printable" as const,
        // Nobody answers it, and no vacation notice does either.
        headers: { "Auto-Submitted": "auto-generated" },
      };
      await transport.sendMail(message).catch((error: SmtpError) => {
        throw isFinal(error) ? error : new MailerUnavailable(error.message, { cause: error });
      });
    },
  };
}

type SmtpError = Error & { code?: string; responseCode?: number };

/** The server has refused this mail for good (RFC 5321: 5xx), and not only our right to ask. */
function isFinal({ code, responseCode = 0 }: SmtpError): boolean {
  return responseCode >= 500 && (code === "EENVELOPE" || code === "EMESSAGE");
}

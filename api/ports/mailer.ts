/** Takes mails to people. */
export interface Mailer {
  /**
   * Resolves once somebody has taken the mail over. Sent again under the same id it is recognisable as the same mail.
   * Throws `MailerUnavailable` where a later attempt may succeed, and anything else where none will.
   */
  send(mail: Mail): Promise<void>;
}

export interface Mail {
  /** A UUID; the same for every attempt. */
  readonly id: string;
  /** One address, without a name. */
  readonly to: string;
  /** One line. */
  readonly subject: string;
  /** Plain text; lines end with a line feed. */
  readonly text: string;
}

/** Nobody took the mail, and somebody may later: try again, for as long as it takes. */
export class MailerUnavailable extends Error {
  override readonly name = "MailerUnavailable";
}

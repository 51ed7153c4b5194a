import { DomainError } from "#domain/errors.ts";
import type { Notice } from "./notice.ts";

/** A refusal that others are told of, whoever was refused: the notice commits with the refusal's audit event. */
export class AnnouncedError extends DomainError {
  readonly notice: Notice;

  constructor({ code, message, details }: DomainError, notice: Notice) {
    super(code, message, details);
    this.notice = notice;
  }
}

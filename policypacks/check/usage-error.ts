/** The command was used wrongly, or could not do its work; the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

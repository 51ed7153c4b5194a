/** Bad configuration of a policy. The engine prints stacks to people, so its stack is its message. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(message: string) {
    super(message);
    this.stack = message;
  }
}

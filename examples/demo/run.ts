const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs a program, or as much of it as there is time for; in either case what it put on the stack is closed, and the process ends. */
export async function runUntilInterrupted(
  program: (stack: AsyncDisposableStack) => Promise<void>,
): Promise<never> {
  const stack = new AsyncDisposableStack();
  const ended = Promise.withResolvers<number>();
  for (const [signal, code] of Object.entries(SIGNALS))
    process.on(signal, () => ended.resolve(code));
  program(stack).then(
    () => ended.resolve(0),
    (error: unknown) => ended.reject(error),
  );
  // What fails because everything is being closed is nobody's concern any more.
  const code = await ended.promise.catch((error: unknown) => {
    console.error(error);
    return 1;
  });
  await stack.disposeAsync();
  process.exit(code);
}

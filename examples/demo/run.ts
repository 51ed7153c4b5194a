const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs a program, or as much of it as there is time for; in either case what it put on the stack is closed, and the process ends. */
export async function runUntilInterrupted(
  program: (stack: AsyncDisposableStack) => Promise<void>,
): Promise<never> {
  const stack = new AsyncDisposableStack();
  const interrupted = Promise.withResolvers<number>();
  for (const [signal, code] of Object.entries(SIGNALS))
    process.on(signal, () => interrupted.resolve(code));
  const ended = program(stack).then(
    () => 0,
    (error: unknown) => {
      console.error(error);
      return 1;
    },
  );
  const code = await Promise.race([interrupted.promise, ended]);
  await stack.disposeAsync();
  process.exit(code);
}

/**
 * How a simulated process ends by its own command: one that says `exit N` ends with N, after the `sleep S` that stands
 * before it, if any. Everything else runs for ever. Null: it does not end.
 */
export function commandEnding(
  command: string[] | null,
): { afterMs: number | null; exitCode: number } | null {
  const text = command?.join(" ") ?? "";
  const exit = /\bexit (\d{1,3})\b/.exec(text);
  if (exit === null) return null;
  const sleep = /\bsleep (\d{1,7}(?:\.\d{1,3})?)\b/.exec(text.slice(0, exit.index));
  return {
    afterMs: sleep === null ? null : Math.round(Number(sleep[1]) * 1000),
    exitCode: Number(exit[1]),
  };
}

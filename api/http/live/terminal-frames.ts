import { z } from "@hono/zod-openapi";
import { terminalSize } from "#contract/terminals.ts";
import { InputError } from "#domain/errors.ts";
import type { TerminalSize } from "#ports/cluster.ts";

/** What a client may say beside what it types. */
const control = z.strictObject({ type: z.literal("resize"), ...terminalSize });

/** Reads a text frame. Throws `invalid_input`. */
export function readControl(text: string): TerminalSize {
  const { data } = control.safeParse(parse(text));
  if (data !== undefined) return { columns: data.columns, rows: data.rows };
  const message =
    'a text frame must be {"type":"resize","columns":…,"rows":…}; what is typed goes into binary frames';
  throw new InputError([{ pointer: "", code: "invalid_frame", message }]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a server says beside what is written. */
export function exitFrame(exitCode: number | null): string {
  return JSON.stringify({ type: "exit", exitCode });
}

export function problemFrame(problem: object): string {
  return JSON.stringify({ ...problem, type: "problem" });
}

/** RFC 6455: 1000 an end, 1008 a refusal, 1013 to be tried again. */
export const CLOSE = { ended: 1000, refused: 1008, again: 1013 } as const;

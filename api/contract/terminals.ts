import { z } from "@hono/zod-openapi";

const cells = () => z.number().int().min(1).max(1000);
const cellsInQuery = (fallback: number) =>
  z.coerce.number().int().min(1).max(1000).default(fallback);

export const terminalSize = { columns: cells(), rows: cells() };

/** How a terminal is opened; the same for notebooks and containers. */
export const terminalAnswer = {
  summary: "A terminal in it, as a WebSocket",
  description:
    "A shell beside its process. Binary frames are bytes: what is typed, and what is written. Text frames are JSON: the " +
    'client sends `{"type":"resize","columns":…,"rows":…}`; the server sends `{"type":"exit","exitCode":…}` as the last ' +
    'frame of a shell that has ended (`null`: with its workload), or `{"type":"problem",…}` (RFC 9457 otherwise) where the ' +
    "terminal is taken away: access was lost, nothing was typed for half an hour, it is open for twelve hours, the server " +
    "goes away. Frames have 64 KiB at most.\n\n" +
    "Where no `Authorization` header can be set, as in browsers, offer two sub-protocols: `aifactory.terminal.v1` and " +
    "`aifactory.bearer.` followed by the token in base64url. A page must be of the site's own origin.",
  query: z.strictObject({ columns: cellsInQuery(80), rows: cellsInQuery(24) }),
  status: 101,
  // What is typed changes things.
  safe: false,
} as const;

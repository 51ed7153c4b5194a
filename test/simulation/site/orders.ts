/** What a replica is told. */
export type Order =
  | { do: "open"; databaseUrl: string; siteFile: string; operatorToken: string }
  | { do: "close" };

/** What it answers; an error is of its work, and passes. */
export type Report =
  | { ready: true }
  | { port: number }
  | { closed: true }
  | { error: string }
  | { failed: string };

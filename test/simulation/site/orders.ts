import type { ReplicaOptions } from "./open-replica.ts";

/** What a replica is told. */
export type Order = ({ do: "open" } & ReplicaOptions) | { do: "close" };

/** What it answers; an error is of its work, and passes. */
export type Report =
  | { ready: true }
  | { port: number }
  | { closed: true }
  | { error: string }
  | { failed: string };

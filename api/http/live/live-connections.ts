import { DomainError } from "#domain/errors.ts";
import { LiveConnection, type LiveCheck } from "./live-connection.ts";

/** Milliseconds of machine time, and counts by replica. */
export interface LiveLimits {
  /** Between two looks whether access still holds. */
  readonly checkMs: number;
  /** How long access counts as held while it cannot be looked at. */
  readonly blindMs: number;
  /** Between two signs of life. */
  readonly heartbeatMs: number;
  /** How long a connection that is to end may take for it. */
  readonly lingerMs: number;
  /** A terminal in which nothing is typed and nothing is written. */
  readonly idleMs: number;
  /** A terminal at the longest. */
  readonly sessionMs: number;
  readonly logsPerPrincipal: number;
  readonly terminalsPerPrincipal: number;
}

export const LIVE_LIMITS: LiveLimits = {
  checkMs: 10_000,
  blindMs: 20_000,
  heartbeatMs: 15_000,
  lingerMs: 3_000,
  idleMs: 30 * 60_000,
  sessionMs: 12 * 3_600_000,
  logsPerPrincipal: 20,
  terminalsPerPrincipal: 10,
};

const MOST: Record<LiveKind, "logsPerPrincipal" | "terminalsPerPrincipal"> = {
  log: "logsPerPrincipal",
  terminal: "terminalsPerPrincipal",
};

export type LiveKind = "log" | "terminal";

/** The connections of this replica on which answers go on: logs that are followed, and terminals. */
export class LiveConnections {
  readonly limits: LiveLimits;
  readonly #open = new Set<LiveConnection>();
  readonly #counts = new Map<string, number>();
  #draining = false;

  constructor(limits: LiveLimits = LIVE_LIMITS) {
    this.limits = limits;
  }

  /** Whoever opens one closes it. Throws `too_many_requests`, and `unavailable` while the server stops. */
  open(kind: LiveKind, principalId: string, check: LiveCheck): LiveConnection {
    if (this.#draining) throw serverStops();
    const key = `${kind}:${principalId}`;
    const count = this.#counts.get(key) ?? 0;
    if (count >= this.limits[MOST[kind]])
      throw new DomainError(
        "too_many_requests",
        `You have ${count} of these open here, which is the most. Close one first.`,
      );
    const connection = new LiveConnection(this.limits, check);
    this.#counts.set(key, count + 1);
    this.#open.add(connection);
    connection.onClose(() => {
      this.#open.delete(connection);
      const left = this.#counts.get(key)! - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    });
    return connection;
  }

  /** Ends all of them, and takes no more. */
  drain(): void {
    this.#draining = true;
    for (const connection of this.#open) connection.end(serverStops());
  }
}

function serverStops(): DomainError {
  return new DomainError("unavailable", "This server is being stopped. Connect again.", {
    retryAfterSeconds: 1,
  });
}

import type { PostgresCluster } from "../site/cluster.ts";
import type { Verdict } from "../site/lossy-proxy.ts";
import type { Random } from "../../e2e/crash/random.ts";
import type { Fault } from "./schedule.ts";

/** What can be killed. */
export interface Victim {
  kill(): Promise<void>;
  revive(): Promise<void>;
}

/** Lets one fault at a time strike, and puts right what can be. */
export class Faults {
  readonly #cluster: PostgresCluster;
  readonly #random: Random;
  readonly #journal: (line: string) => void;
  #armed: { kind: Fault["kind"]; left: number } | null = null;
  #recovery: Promise<void> = Promise.resolve();
  /** How often each struck. */
  readonly struck = new Map<Fault["kind"], number>();

  constructor(cluster: PostgresCluster, random: Random, journal: (line: string) => void) {
    this.#cluster = cluster;
    this.#random = random;
    this.#journal = journal;
  }

  arm({ kind, atCommit }: Fault): void {
    this.#armed = { kind, left: atCommit };
  }

  /** Asked of every commit on its way; by whom it is made, where that can be killed. */
  onCommit(of: Victim | null): Verdict {
    const armed = this.#armed;
    if (armed === null) return "pass";
    armed.left -= 1;
    if (armed.left > 0 || (armed.kind === "killReplica" && of === null)) return "pass";
    this.#armed = null;
    return this.#strike(armed.kind, of);
  }

  /** What has not struck does so now, if it needs no commit for it; then waits until everything is there again. */
  async settle(anyone: Victim[]): Promise<void> {
    const armed = this.#armed;
    this.#armed = null;
    if (armed && armed.kind !== "answerLost" && armed.kind !== "neverSent")
      this.#strike(armed.kind, this.#random.pick(anyone));
    await this.#recovery;
  }

  /** No more faults, and everything there again: a story may end in the midst of one. */
  async end(): Promise<void> {
    this.#armed = null;
    await this.#recovery.catch(() => {});
  }

  #strike(kind: Fault["kind"], of: Victim | null): Verdict {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
    this.#journal(`  ! ${kind}`);
    if (kind === "answerLost" || kind === "neverSent") return kind;
    const sent = this.#random.next() < 0.7;
    if (kind === "killReplica") this.#recovery = replace(of!);
    else this.#recovery = this.#cluster.restart(kind === "stopDatabase" ? "fast" : "crash");
    // Nobody waits for it before the step is over.
    this.#recovery.catch(() => {});
    return sent ? "pass" : "neverSent";
  }
}

async function replace(victim: Victim): Promise<void> {
  await victim.kill();
  await victim.revive();
}

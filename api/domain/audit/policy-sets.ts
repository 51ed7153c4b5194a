import { createHash } from "node:crypto";
import { policySetText, type Access } from "@aifactory/sdk/policy";
import { policySets } from "#db/schema/audit.ts";
import type { Tx } from "#db/tenant.ts";

/** What an event's decisions were made under, and where. */
export interface PlacedAccesses {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly accesses: readonly Access[];
}

/** Only to save statements: a set that was forgotten is offered to the database again. */
const KNOWN_LIMIT = 50_000;

const digests = new WeakMap<Access, { hash: string; content: string }>();

/** The name of a policy set: the SHA-256 of its text. Computed once per compiled access. */
export function digestOf(access: Access): { hash: string; content: string } {
  const known = digests.get(access);
  if (known !== undefined) return known;
  const content = policySetText(access.subject);
  const digest = { hash: `sha256:${createHash("sha256").update(content).digest("hex")}`, content };
  digests.set(access, digest);
  return digest;
}

/** Keeps every policy set that a recorded decision was made under, once per Workspace, for good (AUD-1). */
export class PolicySets {
  readonly #known = new Set<string>();

  /** Stores what is not known to be stored; one statement each, and mostly none. Answers what to `remember` after the commit. */
  async store(
    tx: Tx,
    { organizationId, workspaceId, accesses }: PlacedAccesses,
  ): Promise<string[]> {
    const fresh = new Map<string, { hash: string; content: string }>();
    for (const digest of accesses.map(digestOf)) {
      const key = `${workspaceId}:${digest.hash}`;
      if (!this.#known.has(key)) fresh.set(key, digest);
    }
    for (const digest of fresh.values()) {
      await tx.db
        .insert(policySets)
        .values({ organizationId, workspaceId, ...digest, createdAt: tx.now })
        .onConflictDoNothing();
    }
    return [...fresh.keys()];
  }

  /** To be called with what is committed, never before: a set that was rolled back would be missing for good. */
  remember(stored: readonly string[]): void {
    for (const key of stored) this.#known.add(key);
    for (const key of this.#known) {
      if (this.#known.size <= KNOWN_LIMIT) return;
      this.#known.delete(key);
    }
  }
}

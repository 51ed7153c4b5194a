import type { Database } from "#db/database.ts";

export interface ClusterLeasesOptions {
  database: Database;
  replica: string;
  clusters: readonly { id: string; region: string }[];
  leaseMs: number;
  onGained: (clusterId: string) => void;
  onLost: (clusterId: string) => void;
}

// A free or expired lease is taken; each new owner raises the fence, so that an old one's late writes are refused.
const ACQUIRE = `
  update clusters set owner = $1, leased_until = clock_timestamp() + make_interval(secs => $3::int / 1000.0),
    fence = fence + case when owner is not distinct from $1 and leased_until > clock_timestamp() then 0 else 1 end
  where id = any ($2) and (owner = $1 or leased_until is null or leased_until < clock_timestamp())
  returning id, fence::float8 as fence`;

/** Which clusters belong to this replica. Machine time; the database's clock decides. */
export class ClusterLeases {
  readonly #options: ClusterLeasesOptions;
  /** Cluster id to fence. */
  readonly #held = new Map<string, number>();
  #renewedAt = 0;

  constructor(options: ClusterLeasesOptions) {
    this.#options = options;
  }

  get held(): string[] {
    return [...this.#held.keys()];
  }

  /** Whether it is ours beyond doubt: also when renewing has failed for a while. */
  owns(clusterId: string): boolean {
    return this.#held.has(clusterId) && performance.now() - this.#renewedAt < this.#options.leaseMs;
  }

  async register(): Promise<void> {
    const { database, clusters } = this.#options;
    await database.pool.query(
      "insert into clusters (id, region) select * from unnest($1::text[], $2::text[]) on conflict (id) do update set region = excluded.region",
      [clusters.map((it) => it.id), clusters.map((it) => it.region)],
    );
  }

  /** Renews what is held and takes what is free. When the database cannot be reached, leases lapse here as they do there. */
  async renew(): Promise<void> {
    const { database, replica, clusters, leaseMs } = this.#options;
    const askedAt = performance.now();
    try {
      const ids = clusters.map((it) => it.id);
      const { rows } = await database.pool.query<{ id: string; fence: number }>(ACQUIRE, [
        replica,
        ids,
        leaseMs,
      ]);
      this.#renewedAt = askedAt;
      this.#adopt(new Map(rows.map((row) => [row.id, row.fence])));
    } catch (error) {
      if (performance.now() - this.#renewedAt > leaseMs) this.#adopt(new Map());
      throw error;
    }
  }

  /** Hands the clusters to whoever comes next, at once. */
  async release(): Promise<void> {
    const { database, replica } = this.#options;
    this.#adopt(new Map());
    await database.pool.query(
      "update clusters set owner = null, leased_until = null where owner = $1",
      [replica],
    );
  }

  #adopt(now: Map<string, number>): void {
    const before = new Map(this.#held);
    this.#held.clear();
    for (const [id, fence] of now) this.#held.set(id, fence);
    for (const [id, fence] of before) if (now.get(id) !== fence) this.#options.onLost(id);
    for (const [id, fence] of now) if (before.get(id) !== fence) this.#options.onGained(id);
  }
}

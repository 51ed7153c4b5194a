import { setTimeout as sleep } from "node:timers/promises";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import { startBalancer } from "../site/balancer.ts";
import { startLossyProxy, type LossyProxy } from "../site/lossy-proxy.ts";
import type { ReplicaProcess } from "../site/replica-pool.ts";
import { LEASE_MS, type World } from "../site/world.ts";
import type { Faults, Victim } from "./faults.ts";
import type { Schedule } from "./schedule.ts";

const ATTEMPTS = 5;
const PATIENCE_MS = 30_000;

/** One of the replicas of a story: processes come and go in it, each behind the same proxy. */
class Seat implements Victim {
  readonly #world: World;
  readonly #databaseUrl: string;
  #replica: ReplicaProcess | null = null;

  constructor(world: World, databaseUrl: string) {
    this.#world = world;
    this.#databaseUrl = databaseUrl;
  }

  get port(): number | null {
    return this.#replica?.port ?? null;
  }

  async revive(): Promise<void> {
    const { replicas, siteFile, operatorToken } = this.#world;
    const order = { databaseUrl: this.#databaseUrl, siteFile, operatorToken, leaseMs: LEASE_MS };
    for (let attempt = 1; ; attempt++) {
      this.#replica = replicas.take();
      try {
        return await this.#replica.open({ do: "open", ...order });
      } catch (error) {
        // A fault may strike while it starts.
        await this.#replica.kill();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  async kill(): Promise<void> {
    await this.#replica?.kill();
  }

  /** Drains; the process is somebody's again. */
  async close(): Promise<void> {
    const replica = this.#replica!;
    if (await replica.close()) this.#world.replicas.giveBack(replica);
    else throw new Error("a replica did not drain within 20 s");
  }
}

/** The replicas of one seed on a database of its own, behind one address. */
export interface StorySite {
  readonly url: string;
  readonly adminUrl: () => string;
  /** As a replica's, for what is done without one. */
  readonly applicationUrl: string;
  readonly seats: Victim[];
  now(): Promise<Date>;
  /** The clock jumps under everybody. */
  jump(seconds: number): Promise<void>;
  /** Time goes on while there is no replica: one of them was killed, the others drained. */
  standStill(seconds: number): Promise<void>;
  /** All replicas drain and go back; the database stays. */
  closeReplicas(): Promise<void>;
  /** Everything goes, whatever state it is in. */
  remove(): Promise<void>;
}

export async function openStorySite(
  world: World,
  { seed, replicas, beginsSecondsBefore }: Schedule,
  faults: Faults,
): Promise<StorySite> {
  const { cluster } = world;
  const name = `seed_${seed}`;
  await world.createDatabase(name);
  const adminUrl = () => cluster.adminUrl(name);
  const begin = new Date(world.monthStart.getTime() - beginsSecondsBefore * 1000);
  await queryAsOwner(
    adminUrl(),
    `update site_clock set offset_ms = ceil(extract(epoch from '${begin.toISOString()}' - clock_timestamp()) * 1000)`,
  );
  // A fault may have the database away just now; asked twice, none of these does harm.
  const insist = async <T extends object>(sql: string) => {
    for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(20)) {
      try {
        return await queryAsOwner<T & Record<string, unknown>>(adminUrl(), sql);
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  };
  const jump = async (seconds: number) =>
    void (await insist(`update site_clock set offset_ms = offset_ms + ${seconds * 1000}`));
  const proxies: LossyProxy[] = [];
  const through = async (of: () => Victim | null) => {
    const onCommit = () => faults.onCommit(of());
    const proxy = await startLossyProxy({ port: () => cluster.port(), onCommit });
    proxies.push(proxy);
    return cluster.applicationUrl(name, proxy.port);
  };
  const seats: Seat[] = [];
  for (let index = 0; index < replicas; index++) {
    const url = await through(() => seats[index] ?? null);
    seats.push(new Seat(world, url));
  }
  await Promise.all(seats.map((seat) => seat.revive()));
  const balancer = await startBalancer(() => seats.flatMap(({ port }) => port ?? []));
  let closed = false;
  return {
    url: balancer.url,
    adminUrl,
    applicationUrl: await through(() => null),
    seats,
    async now() {
      const [row] = await insist<{ now: Date }>("select site_now() as now");
      return row!.now;
    },
    jump,
    async standStill(seconds) {
      const [first, ...others] = seats as [Seat, ...Seat[]];
      await Promise.all([first.kill(), ...others.map((seat) => seat.close())]);
      await jump(seconds);
      await Promise.all(seats.map((seat) => seat.revive()));
    },
    async closeReplicas() {
      closed = true;
      await Promise.all(seats.map((seat) => seat.close()));
    },
    async remove() {
      if (!closed) await Promise.all(seats.map((seat) => seat.kill()));
      await balancer.close();
      await Promise.all(proxies.map((proxy) => proxy.close()));
      await world.dropDatabase(name);
    },
  };
}

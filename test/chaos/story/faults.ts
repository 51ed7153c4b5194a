import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../../e2e/crash/random.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import { LEASE_MS, type Seat } from "../site/seat.ts";
import type { ChaosSite } from "../site/site.ts";
import type { World } from "../site/world.ts";
import type { Witness } from "../witness/witness.ts";
import { FaultLog } from "./fault-log.ts";
import { changeByHand, deletePodsByHand, fillNamespace } from "./hands.ts";

export interface Struck {
  world: World;
  site: ChaosSite;
  witness: Witness;
  random: Random;
  log: FaultLog;
}

type Strike = (on: Struck) => Promise<unknown>;

const between = (random: Random, from: number, to: number) => sleep(random.integer(from, to));
const anyone = ({ site, random }: Struck): Seat => random.pick(site.seats);

/** The cluster belongs to whoever wrote last. */
const owner = ({ site: { seats } }: Struck): Seat =>
  seats.toSorted((a, b) => b.proxy.lastWriteAt - a.proxy.lastWriteAt)[0]!;

/** Everything that can befall a site; each answers when it is over. */
export const FAULTS = {
  async killReplica(on) {
    const seat = on.random.next() < 0.7 ? owner(on) : anyone(on);
    await on.log.blinding(async () => {
      await seat.kill();
      await between(on.random, 0, 1500);
      await seat.revive();
    });
  },
  restartApiServer: ({ world, random, log }) =>
    log.blinding(() => world.cluster.restartApiServer({ downMs: random.integer(0, 2000) })),
  cutWatches: ({ site, random, log }) =>
    log.blinding(async () => {
      for (const { proxy } of site.seats) if (random.next() < 0.8) proxy.cutWatches();
    }),
  expireWatches: ({ site, random, log }) =>
    log.blinding(async () => {
      for (const { proxy } of site.seats) {
        proxy.faults.expiredWatches = random.integer(2, 10);
        proxy.cutWatches();
      }
      await sleep(1500);
      for (const { proxy } of site.seats) proxy.faults.expiredWatches = 0;
    }),
  throttle: (on) => whileSet(on, (faults) => (faults.throttled = true), 1500, 4000),
  delay: (on) =>
    whileSet(on, (faults) => (faults.delayMs = on.random.integer(50, 900)), 2000, 5000),
  loseAnswers: (on) =>
    whileSet(on, (faults) => (faults.lostAnswers = on.random.integer(1, 8)), 1000, 3000),
  async silence(on) {
    await whileSet(on, (faults) => (faults.silent = true), 1500, 5000);
    for (const { proxy } of on.site.seats) proxy.cutAll();
  },
  async slowEtcd({ world, random, log }) {
    const { etcd } = world.cluster.components;
    await log.blinding(async () => {
      for (let burst = random.integer(1, 4); burst > 0; burst--) {
        etcd.pause();
        try {
          await between(random, 300, 2000);
        } finally {
          etcd.resume();
        }
        await between(random, 100, 800);
      }
    });
  },
  async deleteNode({ site, witness, random }) {
    const name = random.pick(site.nodes);
    const isReplaced = random.next() < 0.5;
    if (isReplaced) await site.addNode();
    witness.nodeGoes(name);
    await site.removeNode(name);
    await between(random, 500, 2000);
    if (!isReplaced) await site.addNode();
  },
  deletePods: ({ world, site, random }) => deletePodsByHand(world.admin, site, random),
  changeByHand: ({ world, site, random }) => changeByHand(world.admin, site, random),
  fillNamespace: ({ world, site, random }) =>
    fillNamespace(world.admin, site, () => between(random, 2000, 6000)),
  /** The owner stands still until another has taken over, then goes on in the belief that all is as it was. */
  async freezeOwner(on) {
    const seat = owner(on);
    await on.log.blinding(async () => {
      seat.pause();
      try {
        await sleep(LEASE_MS);
        await between(on.random, 500, 3000);
      } finally {
        seat.resume();
      }
    });
  },
  /** Two replicas believe that the cluster is theirs, until one asks. */
  async stealLease({ site }) {
    await queryAsOwner(
      site.database.adminUrl,
      "update clusters set owner = null, leased_until = null",
    );
  },
} satisfies Record<string, Strike>;

export type FaultKind = keyof typeof FAULTS;

export async function strike(kind: FaultKind, on: Struck): Promise<void> {
  on.log.count(kind);
  await FAULTS[kind](on);
}

/** On one of the replicas' ways to the API server, or on both. */
async function whileSet(
  { site, random, log }: Struck,
  set: (faults: Seat["proxy"]["faults"]) => void,
  fromMs: number,
  toMs: number,
): Promise<void> {
  const both = random.next() < 0.6;
  const struck = both ? site.seats : [random.pick(site.seats)];
  await log.blinding(async () => {
    for (const { proxy } of struck) set(proxy.faults);
    await between(random, fromMs, toMs);
    for (const { proxy } of struck) {
      const calm = { throttled: false, silent: false, delayMs: 0, lostAnswers: 0 };
      Object.assign(proxy.faults, calm);
    }
  });
}

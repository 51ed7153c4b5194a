import { readFileSync } from "node:fs";
import { queryAsOwner } from "./witness.ts";

/** What must be charged, worked out from what the cluster said and what was accepted, by BIL-1 and BIL-2 alone. */
export interface ExpectedRun {
  subject: string;
  kind: "gpu" | "storage";
  product: string;
  quantity: number;
  startedAt: number;
  endedAt: number;
  firstMinute: number;
  endMinute: number;
  currency: string;
  /** Micro-units per hour for the whole quantity, and the same in dollars. */
  pricePerHour: bigint;
  priceUsdPerHour: bigint;
}

interface Workload {
  id: string;
  generation: number;
  intervals: { since: number; until: number | null }[];
}
interface Size {
  id: string;
  since: string;
  size_gib: number;
}
interface Accepted {
  kind: string;
  id: string;
  generation: number | null;
  state: string;
  at: Date;
  flavor: string | null;
}
/** A stretch of time at one price. */
interface Stretch {
  product: string;
  quantity: number;
  since: number;
  until: number;
  pricePerHour: bigint;
}

const SITE_FILE = new URL("../../../api/domain/catalogue/default-site.json", import.meta.url);
const MINUTE = 60_000;

/** Everything has ended by now; what has not throws. */
export async function expectedRuns(adminUrl: string): Promise<ExpectedRun[]> {
  const workloads = await queryAsOwner<Workload>(
    adminUrl,
    "select * from witness.workloads order by id, generation",
  );
  const sizes = await queryAsOwner<Size>(adminUrl, "select * from witness.sizes order by since");
  const accepted = await queryAsOwner<Accepted>(
    adminUrl,
    "select * from witness.accepted order by number",
  );
  const prices = readPrices();
  const of = Map.groupBy(accepted, ({ id }) => id);
  const gpu = [...Map.groupBy(workloads, ({ id }) => id)].flatMap(([id, generations]) =>
    number(id, "gpu", gpuStretches(generations, of.get(id)!, prices.flavors)),
  );
  const storage = [...Map.groupBy(sizes, ({ id }) => id)].flatMap(([id, known]) =>
    number(id, "storage", storageStretches(known, of.get(id)!, prices.storage)),
  );
  return [...gpu, ...storage];
}

/** Ready, and until the first of: not ready any more, or not asked for any more. */
function gpuStretches(
  generations: Workload[],
  accepted: Accepted[],
  prices: Map<string, bigint>,
): Stretch[] {
  return generations.flatMap(({ id, generation, intervals }) => {
    const ends = accepted.filter(
      (it) =>
        it.generation! > generation || (it.generation === generation && it.state !== "running"),
    );
    const asked = accepted.find((it) => it.generation === generation && it.state === "running")!;
    return intervals.map(({ since, until }) => {
      const moments = [...ends.map(({ at }) => at.getTime()), ...(until === null ? [] : [until])];
      if (moments.length === 0) throw new Error(`${id} still runs`);
      const product = asked.flavor!;
      const pricePerHour = prices.get(product)!;
      return { product, quantity: 1, since, until: Math.min(...moments), pricePerHour };
    });
  });
}

/** From first provisioned to deletion accepted, by the size that there is. */
function storageStretches(sizes: Size[], accepted: Accepted[], price: bigint): Stretch[] {
  const deleted = accepted.find(({ state }) => state === "deleted");
  if (deleted === undefined) throw new Error(`volume ${sizes[0]!.id} still lives`);
  return sizes.map(({ since, size_gib: quantity }, index) => ({
    product: "persistent",
    quantity,
    since: Number(since),
    until: Math.min(deleted.at.getTime(), Number(sizes[index + 1]?.since ?? Number.MAX_VALUE)),
    pricePerHour: price * BigInt(quantity),
  }));
}

/** Every minute touched once: one touched by two stretches of a subject belongs to the earlier. */
function number(subject: string, kind: "gpu" | "storage", stretches: Stretch[]): ExpectedRun[] {
  const runs: ExpectedRun[] = [];
  let touched = 0;
  for (const { since, until, ...rest } of stretches.sort((a, b) => a.since - b.since)) {
    if (until <= since) continue;
    const firstMinute = Math.max(touched, Math.floor(since / MINUTE));
    const endMinute = Math.max(firstMinute, Math.ceil(until / MINUTE));
    touched = endMinute;
    const times = { startedAt: since, endedAt: until, firstMinute, endMinute };
    const priced = { currency: "USD", priceUsdPerHour: rest.pricePerHour };
    runs.push({ subject, kind, ...rest, ...times, ...priced });
  }
  return runs;
}

/** F of BIL-2: what the first n minutes cost. */
export function costOf(pricePerHour: bigint, minutes: number): bigint {
  return (pricePerHour * BigInt(minutes)) / 60n;
}

function readPrices(): { flavors: Map<string, bigint>; storage: bigint } {
  const file = JSON.parse(readFileSync(SITE_FILE, "utf8")) as {
    flavors: { id: string; prices: { USD: string }[] }[];
    storage: { prices: { USD: string }[] }[];
  };
  const flavors = file.flavors.map(({ id, prices }) => [id, micros(prices[0]!.USD)] as const);
  return { flavors: new Map(flavors), storage: micros(file.storage[0]!.prices[0]!.USD) };
}

function micros(amount: string): bigint {
  const [whole, fraction = ""] = amount.split(".");
  return BigInt(whole! + fraction.padEnd(6, "0"));
}

import { median } from "../result.ts";
import { fill } from "./fill.ts";
import { floor, prepareFloor } from "./floor.ts";
import { startBenchSite, type BenchSite } from "./site.ts";
import { charge, type Step } from "./steps.ts";
import { transfers, type Rates, type Revenue } from "./transfers.ts";

export const RUNS_EACH = 100;
export const ROUNDS = 5;
export const CATCH_UP = 60;
const TRANSFER_SECONDS = 3;

/** Medians of the rounds, and of the ratios within each. */
export interface Measured {
  readonly runs: number;
  readonly tick: Step;
  readonly catchUp: Step;
  readonly floorSeconds: number;
  readonly overFloor: number;
  /** Against the floor by its fastest plan, which the product's settings do not give. */
  readonly overHashed: number;
  readonly overTick: number;
  /** Null where they were not measured. */
  readonly transfers: Readonly<Record<Revenue, Rates>> | null;
}

/** Ticks, floors and catch-ups in turn on a site of so many runs; then, if asked for, transfers in the same database. */
export async function measureSize(runs: number, withTransfers: boolean): Promise<Measured> {
  await using site = await startBenchSite();
  await fill(site.owner, { runs, organizations: Math.ceil(runs / RUNS_EACH) }, morning());
  await prepareFloor(site);
  await round(site);
  const rounds: Awaited<ReturnType<typeof round>>[] = [];
  for (let n = 0; n < ROUNDS; n++) rounds.push(await round(site));
  return {
    runs,
    tick: medianStep(rounds.map(({ tick }) => tick)),
    catchUp: medianStep(rounds.map(({ catchUp }) => catchUp)),
    floorSeconds: median(rounds.map(({ usual }) => usual)),
    overFloor: median(rounds.map(({ tick, usual }) => tick.seconds / usual)),
    overHashed: median(rounds.map(({ tick, hashed }) => tick.seconds / hashed)),
    overTick: median(rounds.map(({ tick, catchUp }) => catchUp.seconds / tick.seconds)),
    transfers: withTransfers ? await transfers(site, TRANSFER_SECONDS) : null,
  };
}

async function round(site: BenchSite) {
  const tick = await charge(site, 1);
  const usual = await floor(site, "usual");
  const hashed = await floor(site, "hashed");
  const catchUp = await charge(site, CATCH_UP);
  return { tick, usual, hashed, catchUp };
}

/** The next day's sixth hour, as a minute: no round reaches midnight, which would split a catch-up. */
function morning(): number {
  return Math.ceil(Date.now() / 86_400_000) * 1440 + 360;
}

function medianStep(steps: Step[]): Step {
  const of = (name: keyof Step) => median(steps.map((step) => step[name]));
  return {
    seconds: of("seconds"),
    walBytes: of("walBytes"),
    entries: of("entries"),
    postings: of("postings"),
  };
}

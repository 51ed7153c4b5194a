import { isCode } from "@aifactory/sdk";
import type { CarefulClient } from "./careful-client.ts";
import { containers, notebooks, volumes, type Kind, type Region } from "./kinds.ts";
import { liveResource, liveVolume, reached } from "./lives.ts";
import type { Random } from "./random.ts";
import { WantedSite } from "./wanted.ts";

const REGIONS: Region[] = [
  { region: "hanoi", flavor: "h100-sxm5-1" },
  { region: "tokyo", flavor: "h200-sxm5-1" },
];

export interface Story {
  readonly site: WantedSite;
  /** Lets everybody finish what they are at; throws what befell anybody on the way. */
  end(): Promise<void>;
  /** Waits until every living thing is as it was asked to be. */
  settled(): Promise<void>;
  removeAll(): Promise<void>;
}

/** Clients at work at the same time, in both regions, each with things of its own, until told to end. */
export function beginStory(careful: CarefulClient, workspaceId: string, random: Random): Story {
  const site = new WantedSite();
  const over = new AbortController();
  const isOver = () => over.signal.aborted;
  const again = async (live: () => Promise<void>) => {
    while (!isOver()) await live();
  };
  const kinds: Kind[] = [];
  const lives = REGIONS.flatMap((region) => {
    const notebook = notebooks(careful, workspaceId, region);
    const container = containers(careful, workspaceId, region);
    const storage = volumes(careful, workspaceId, region.region);
    kinds.push(notebook, container);
    const living = (kind: Kind) => ({ site, random: random.fork(), kind, isOver });
    const [one, two, three] = [living(notebook), living(container), living(container)];
    return [
      again(() => liveResource(one)),
      again(() => liveResource(two)),
      again(() => liveVolume(three, storage)),
    ];
  });
  // Told at the end; until then it is no unhandled rejection.
  for (const life of lives) life.catch(() => over.abort());

  const kindOf = (of: string) => kinds.find(({ kind }) => kind === of)!;
  const anyVolumes = volumes(careful, workspaceId, REGIONS[0]!.region);
  return {
    site,
    async end() {
      over.abort();
      await Promise.all(lives);
    },
    async settled() {
      const resources = [...site.living.values()].filter(({ kind }) => kind !== "volume");
      await Promise.all(resources.map((wanted) => reached(kindOf(wanted.kind), wanted)));
    },
    async removeAll() {
      const isVolume = ({ kind }: { kind: string }) => kind === "volume";
      const living = [...site.living.values()];
      // A volume can be deleted as soon as nothing is asked to hold it.
      for (const wanted of [...living.filter((it) => !isVolume(it)), ...living.filter(isVolume)]) {
        await (isVolume(wanted) ? anyVolumes : kindOf(wanted.kind)).remove(wanted.id);
        site.remove(wanted);
      }
    },
  };
}

/** Moves the clock; whether the answer came or not, time went on or did not: both are right. */
export async function tryToAdvance(operator: CarefulClient, seconds: number): Promise<boolean> {
  try {
    await operator.client.advanceClock({ body: { seconds }, retries: 0, timeoutSeconds: 60 });
    return true;
  } catch (error) {
    if (isCode(error, "connection_failed") || isCode(error, "unavailable")) return false;
    throw error;
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { waitFor } from "@aifactory/sdk";
import { FIRST_GIB, type Kind, type Volumes } from "./kinds.ts";
import type { Random } from "./random.ts";
import type { Wanted, WantedSite } from "./wanted.ts";

const STEPS = [
  "wait",
  "wait",
  "stop",
  "start",
  "start",
  "replace",
  "grow",
  "change",
  "delete",
] as const;

/** What a life is lived with. */
export interface Living {
  site: WantedSite;
  random: Random;
  kind: Kind;
  isOver: () => boolean;
}

/** A notebook or container is made, and things are done to it in a random order until it is deleted. */
export async function liveResource({ site, random, kind, isOver }: Living): Promise<void> {
  let wanted = await create(site, kind);
  while (!isOver()) {
    await sleep(random.integer(0, 500));
    const step = random.pick(STEPS);
    if (step === "delete") return removeResource(site, kind, wanted);
    if (step === "wait") await reached(kind, wanted);
    else wanted = await act(step, { site, random, kind, isOver }, wanted);
  }
}

async function act(
  step: "stop" | "start" | "replace" | "grow" | "change",
  { site, random, kind }: Living,
  wanted: Wanted,
): Promise<Wanted> {
  const { id } = wanted;
  // Of two sizes that nobody has seen yet, the cluster tells the later only.
  if (step === "grow" && !(wanted.sizeGib === FIRST_GIB && (await kind.read(id)).hasStorage))
    return wanted;
  if (step === "replace" && kind.kind === "container" && !wanted.running) return wanted;
  site.count(`${step} ${kind.kind}`);
  if (step === "grow") await kind.grow(id, (wanted.sizeGib = 2 * FIRST_GIB));
  if (step === "change") await kind.change(id, random.integer(1, 1000));
  if (step === "stop") await kind.stop(id);
  if (step === "start") await kind.start(id);
  if (step === "stop" || step === "start") wanted.running = step === "start";
  if (step !== "replace") return wanted;
  const next = await kind.replace(id, random.next() < 0.5);
  if (next.id === id) return wanted;
  site.remove(wanted);
  return site.add({ kind: kind.kind, id: next.id, running: true, sizeGib: next.sizeGib });
}

/** A volume that goes from one container to the next. */
export async function liveVolume(
  { site, random, kind, isOver }: Living,
  volumes: Volumes,
): Promise<void> {
  const made = await volumes.create(site.name("volume"), site.name("client-token"));
  const volume = site.add({ kind: "volume", id: made.id, running: false, sizeGib: made.sizeGib });
  do {
    const container = await create(site, kind);
    await stop(site, kind, container);
    await volumes.attach(volume.id, container.id);
    volume.attachedTo = container.id;
    await kind.start(container.id);
    container.running = true;
    if (volume.sizeGib === FIRST_GIB && (await volumes.read(volume.id)).status === "AVAILABLE")
      await volumes.grow(volume.id, (volume.sizeGib = 3 * FIRST_GIB));
    if (random.next() < 0.6) await reached(kind, container);
    if (isOver()) return;
    if (random.next() < 0.5) {
      await stop(site, kind, container);
      await volumes.detach(volume.id);
      volume.attachedTo = null;
      site.count("detach volume");
    }
    await removeResource(site, kind, container);
  } while (random.next() < 0.6 && !isOver());
  await volumes.remove(volume.id);
  site.remove(volume);
}

/** Waits until it is as wanted; throws when it fails, or is not within a minute. */
export async function reached(kind: Kind, { id, running }: Wanted): Promise<void> {
  await waitFor(() => kind.read(id), {
    until: ({ status }) => status === (running ? "RUNNING" : "STOPPED"),
    timeoutSeconds: 60,
    what: id,
  });
}

async function create(site: WantedSite, kind: Kind): Promise<Wanted> {
  const made = await kind.create(site.name(kind.kind), site.name("client-token"));
  return site.add({ kind: kind.kind, id: made.id, running: true, sizeGib: made.sizeGib });
}

async function stop(site: WantedSite, kind: Kind, wanted: Wanted): Promise<void> {
  await kind.stop(wanted.id);
  wanted.running = false;
  site.count(`stop ${kind.kind}`);
  await reached(kind, wanted);
}

async function removeResource(site: WantedSite, kind: Kind, wanted: Wanted): Promise<void> {
  await kind.remove(wanted.id);
  site.remove(wanted);
}

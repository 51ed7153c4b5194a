import { setTimeout as sleep } from "node:timers/promises";
import { AiFactoryError } from "@aifactory/sdk";
import { keyOf } from "../../../api/domain/ids.ts";
import { containers, notebooks, FIRST_GIB, type Kind } from "../../e2e/crash/kinds.ts";
import type { Random } from "../../e2e/crash/random.ts";
import { remove } from "../../e2e/crash/careful-client.ts";
import { WantedSite, type Wanted } from "../../e2e/crash/wanted.ts";
import { endProcess, keepEnding } from "../../support/cluster/processes.ts";
import type { ChaosSite } from "../site/site.ts";
import type { World } from "../site/world.ts";

const REGION = { region: "hanoi", flavor: "h100-sxm5-1" };
const FLAVORS = ["h100-sxm5-1", "h100-sxm5-2"];
const PORTS = [
  { port: 8080, protocol: "HTTP" as const },
  { port: 9090, protocol: "HTTP" as const },
  { port: 5000, protocol: "TCP" as const },
];
const DISK = { sizeGib: FIRST_GIB, mountPath: "/data" };
const REACHED_MS = 6000;

const STEPS = [
  "wait",
  "wait",
  "wait",
  "stop",
  "start",
  "start",
  "replace",
  "grow",
  "change",
  "move",
  "crash",
  "exit",
  "fail",
  "delete",
] as const;
type Step = (typeof STEPS)[number];

/** What the client was promised; whose process ended by itself may run or not. */
export interface Told extends Wanted {
  ended: boolean;
}

interface Living {
  world: World;
  site: ChaosSite;
  wanted: WantedSite;
  random: Random;
  journal: (line: string) => void;
  signal: AbortSignal;
  workspaceId: string;
  kind: Kind;
}

/** People at work: each with one thing of its own at a time, until told to end. */
export function beginLives(options: Omit<Living, "kind" | "workspaceId" | "wanted">): {
  wanted: WantedSite;
  end(): Promise<void>;
  removeAll(): Promise<void>;
} {
  const { site, random } = options;
  const wanted = new WantedSite();
  const { owner, workspaceId } = site;
  const notebook = notebooks(owner, workspaceId, REGION);
  const small = notebooks(owner, workspaceId, { region: "hanoi", flavor: "cpu-small" });
  const container = containers(owner, workspaceId, REGION, { disk: DISK, ports: PORTS });
  const bare = containers(owner, workspaceId, REGION, { ports: PORTS });
  const others = containers(owner, site.doomedWorkspaceId, REGION, { ports: PORTS.slice(0, 1) });
  const living = (kind: Kind, more: Partial<Living> = {}): Living => ({
    ...options,
    wanted,
    workspaceId,
    kind,
    random: random.fork(),
    ...more,
  });
  const lives = [
    liveOn(living(notebook)),
    liveOn(living(small)),
    liveOn(living(container)),
    liveOn(living(bare)),
    liveOn(living(bare)),
    liveInDoomed(living(others, { workspaceId: site.doomedWorkspaceId })),
  ];
  for (const life of lives) life.catch(() => {});
  return {
    wanted,
    async end() {
      await Promise.all(lives);
    },
    async removeAll() {
      for (const it of wanted.living.values())
        await (it.kind === "notebook" ? notebook : container).remove(it.id);
    },
  };
}

async function liveOn(living: Living): Promise<void> {
  while (!living.signal.aborted) await liveOnce(living);
}

/** A Workspace is filled, and deleted with what is in it at whatever moment. */
async function liveInDoomed(living: Living): Promise<void> {
  const { site, random, wanted, journal } = living;
  const made = [await create(living), await create(living)];
  await pause(living, random.integer(0, 12_000));
  const path = { workspaceId: site.doomedWorkspaceId };
  await remove(site.owner, () =>
    site.owner.client.deleteWorkspace({ path, query: { force: "true" } }),
  );
  for (const it of made) wanted.remove(it);
  journal("delete the Workspace");
}

async function liveOnce(living: Living): Promise<void> {
  let told = await create(living);
  while (!living.signal.aborted) {
    await pause(living, living.random.integer(0, 1500));
    const step = living.random.pick(STEPS);
    if (step === "wait") {
      await reached(living, told);
      continue;
    }
    try {
      const next = await act(step, living, told);
      living.wanted.count(`${step} ${living.kind.kind}`);
      living.journal(`${step} ${keyOf(told.id)}`);
      if (next === null) return;
      told = next;
    } catch (error) {
      // A refusal is an answer: of what has failed, of what is not there yet.
      if (!(error instanceof AiFactoryError) || error.status < 400 || error.status >= 500)
        throw new Error(`${step} ${told.id} failed`, { cause: error });
      living.journal(`${step} ${keyOf(told.id)}: ${error.code}`);
    }
  }
}

async function act(step: Exclude<Step, "wait">, living: Living, told: Told): Promise<Told | null> {
  const { kind, random, wanted } = living;
  const { id } = told;
  switch (step) {
    case "crash":
    case "exit":
    case "fail":
      if (kind.kind === "container") await endOf(step, living, told);
      return told;
    case "stop":
    case "start":
      await kind[step](id);
      // To start what is asked to run already starts nothing, and its process goes on ending.
      if (step === "stop" || !told.running) told.ended = false;
      told.running = step === "start";
      return told;
    case "change":
      await kind.change(id, random.integer(1, 1000));
      return told;
    case "move":
      // CPU flavors are another matter.
      if (told.kind === "container") await kind.move(id, random.pick(FLAVORS));
      return told;
    case "grow":
      // Of two sizes that nobody has seen yet, the cluster tells the later only.
      if (told.sizeGib === FIRST_GIB && (await kind.read(id)).hasStorage)
        await kind.grow(id, (told.sizeGib = 2 * FIRST_GIB));
      return told;
    case "replace":
      return replace(living, told);
    case "delete":
      await kind.remove(id);
      wanted.remove(told);
      return null;
  }
}

async function replace({ kind, random, wanted }: Living, told: Told): Promise<Told> {
  const next = await kind.replace(told.id, random.next() < 0.5);
  if (next.id === told.id) return told;
  wanted.remove(told);
  const { id, sizeGib } = next;
  return Object.assign(wanted.add({ kind: kind.kind, id, running: true, sizeGib }), {
    ended: false,
  });
}

/** The process of a container ends: once, for good, or again and again. */
async function endOf(
  step: "crash" | "exit" | "fail",
  { world: { admin }, site, random, signal }: Living,
  told: Told,
): Promise<void> {
  const { items } = await admin.core.listPodForAllNamespaces({
    labelSelector: `aifactory.dev/cluster=${site.clusterId},aifactory.dev/resource=${keyOf(told.id)}`,
  });
  const running = items.find(({ status }) => status?.phase === "Running");
  if (running === undefined) return;
  const pod = { namespace: running.metadata!.namespace!, name: running.metadata!.name! };
  const pauseMs = random.integer(300, 2500);
  // Nobody hears of what becomes of it after the story.
  const ignored = () => {};
  if (step !== "crash") told.ended = true;
  if (step === "fail")
    return void keepEnding(admin, pod, { exitCode: 1, pauseMs: 300 }, signal).catch(ignored);
  const exitCode = step === "exit" ? 0 : 1;
  const { restarted } = await endProcess(admin, pod, { exitCode, pauseMs });
  await restarted.catch(ignored);
}

async function create({ kind, wanted, journal }: Living): Promise<Told> {
  const made = await kind.create(wanted.name(kind.kind), wanted.name("client-token"));
  const { id, sizeGib } = made;
  journal(`create ${keyOf(id)}`);
  return Object.assign(wanted.add({ kind: kind.kind, id, running: true, sizeGib }), {
    ended: false,
  });
}

/** Waits a while for it to be as wanted; a fault may hold it up for longer. */
async function reached(living: Living, told: Told): Promise<void> {
  const status = told.running ? "RUNNING" : "STOPPED";
  for (const deadline = Date.now() + REACHED_MS; Date.now() < deadline; await pause(living, 300)) {
    if (living.signal.aborted || (await living.kind.read(told.id)).status === status) return;
  }
}

async function pause({ signal }: Living, ms: number): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

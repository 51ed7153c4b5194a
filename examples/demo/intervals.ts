import { paginate, type Container, type Notebook } from "@aifactory/sdk";
import { decimal, micros } from "./money.ts";
import { line } from "./print.ts";
import type { Made } from "./deployment.ts";
import type { Stage } from "./story.ts";

/** What is charged from one moment on at one price (BIL-1). */
interface OpenInterval {
  id: string;
  kind: "gpu" | "storage";
  what: string;
  pricePerHour: string;
  from: string;
}

export interface Interval extends OpenInterval {
  to: string;
}

/** What runs and what is stored, with the prices of the catalogue. */
export async function openIntervals({ owner }: Stage, made: Made): Promise<OpenInterval[]> {
  const { notebookId, containerId } = made;
  const notebook = await owner.getNotebook({ path: { notebookId } });
  const container = await owner.getContainer({ path: { containerId } });
  const prices = await priceList(owner);
  return [
    ...intervalsOf(notebook, notebook.homeVolume.sizeGib, prices),
    ...intervalsOf(container, container.disk!.sizeGib, prices),
  ];
}

/** Prints each interval with its end, which the audit log holds: a GPU's is the first acceptance of a stop or deletion. */
export async function printIntervals(
  { owner, organizationId }: Stage,
  intervals: readonly OpenInterval[],
): Promise<Interval[]> {
  const ends = new Map<string, string>();
  for await (const event of paginate(owner.listAuditEvents, { path: { organizationId } })) {
    const { action, target, at, outcome } = event;
    if (outcome !== "SUCCESS" || target.id === null) continue;
    // The newest comes first, so that the first end of a GPU is the last one seen.
    if (/^(stop|delete)/.test(action)) ends.set(`${target.id} gpu`, at);
    if (action.startsWith("delete")) ends.set(`${target.id} storage`, at);
  }
  return intervals.map((interval) => {
    const { id, kind, what, pricePerHour, from } = interval;
    const to = ends.get(`${id} ${kind}`)!;
    line(`interval ${id} ${what} at ${pricePerHour} USD/h from ${from} to ${to}`);
    return { ...interval, to };
  });
}

interface Prices {
  flavor(id: string): string;
  /** Of so many GiB. */
  storage(region: string, sizeGib: number): string;
}

async function priceList(owner: Stage["owner"]): Promise<Prices> {
  const flavors = await Array.fromAsync(paginate(owner.listFlavors, {}));
  const storage = await Array.fromAsync(paginate(owner.listStoragePrices, {}));
  const usd = (prices: { amount: string; currency: string }[]) =>
    prices.find(({ currency }) => currency === "USD")!.amount;
  return {
    flavor: (id) => usd(flavors.find((flavor) => flavor.id === id)!.pricePerHour),
    storage: (region, sizeGib) => {
      const price = storage.find((it) => it.region === region && it.kind === "persistent")!;
      return decimal(micros(usd(price.pricePerGibHour)) * BigInt(sizeGib));
    },
  };
}

function intervalsOf(
  resource: Notebook | Container,
  sizeGib: number,
  prices: Prices,
): OpenInterval[] {
  const { id, flavor, region, runningSince, storageSince } = resource;
  const gpu = { id, kind: "gpu", what: `gpu ${flavor}` } as const;
  const storage = { id, kind: "storage", what: `storage ${sizeGib} GiB` } as const;
  return [
    { ...gpu, pricePerHour: prices.flavor(flavor), from: runningSince! },
    { ...storage, pricePerHour: prices.storage(region, sizeGib), from: storageSince! },
  ];
}

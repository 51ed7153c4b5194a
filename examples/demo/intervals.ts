import { paginate, type Container, type Notebook } from "@aifactory/sdk";
import { line } from "./print.ts";
import type { Made } from "./resources.ts";
import type { Stage } from "./story.ts";

/** What is charged from one moment to another at one price (BIL-1). */
interface Interval {
  id: string;
  what: string;
  pricePerHour: string;
  from: string;
}

/** What runs and what is stored, with the prices of the catalogue; it ends when deletion is accepted. */
export async function openIntervals({ owner }: Stage, made: Made): Promise<Interval[]> {
  const { notebookId, containerId } = made;
  const notebook = await owner.getNotebook({ path: { notebookId } });
  const container = await owner.getContainer({ path: { containerId } });
  const prices = await priceList(owner);
  return [
    ...intervalsOf(notebook, notebook.homeVolume.sizeGib, prices),
    ...intervalsOf(container, container.disk!.sizeGib, prices),
  ];
}

/** Prints each interval with its end, which the audit log holds. */
export async function printIntervals(
  { owner, organizationId }: Stage,
  intervals: Interval[],
): Promise<void> {
  const ends = new Map<string, string>();
  for await (const event of paginate(owner.listAuditEvents, { path: { organizationId } })) {
    if (event.action.startsWith("delete") && event.target.id !== null) {
      ends.set(event.target.id, event.at);
    }
  }
  for (const { id, what, pricePerHour, from } of intervals) {
    line(`interval ${id} ${what} at ${pricePerHour} USD/h from ${from} to ${ends.get(id)}`);
  }
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
      return times(usd(price.pricePerGibHour), sizeGib);
    },
  };
}

function intervalsOf(resource: Notebook | Container, sizeGib: number, prices: Prices): Interval[] {
  const { id, flavor, region, runningSince, storageSince } = resource;
  return [
    { id, what: `gpu ${flavor}`, pricePerHour: prices.flavor(flavor), from: runningSince! },
    {
      id,
      what: `storage ${sizeGib} GiB`,
      pricePerHour: prices.storage(region, sizeGib),
      from: storageSince!,
    },
  ];
}

/** Exact: a decimal of at most six places, so many times. */
function times(amount: string, count: number): string {
  const [whole, fraction = ""] = amount.split(".");
  const micros = BigInt(whole! + fraction.padEnd(6, "0")) * BigInt(count);
  const digits = micros.toString().padStart(7, "0");
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

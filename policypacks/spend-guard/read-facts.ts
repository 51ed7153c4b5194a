import type { Connection, SavedWorkspace } from "@aifactory/policy-kit";
import { AiFactoryError, NotFoundError, paginate, parseAmount, type Wallet } from "@aifactory/sdk";
import type { Facts, QuotaLimit } from "./facts.ts";

/** What a program makes it necessary to ask. */
export interface Needs {
  readonly isTouched: (workspace: SavedWorkspace) => boolean;
  readonly templates: readonly string[];
  readonly wallet: boolean;
}

/** Asks the control plane for prices, Quotas and the Wallet. What the token may not read is noted, and not checked. */
export async function readFacts(connection: Connection, needs: Needs): Promise<Facts> {
  const { client, organizationId, signal } = connection;
  const notChecked: string[] = [];
  const common = { path: { organizationId }, query: { limit: 200 }, signal };
  const [flavors, storage, workspaces] = await Promise.all([
    Array.fromAsync(paginate(client.listFlavors, { signal })),
    Array.fromAsync(paginate(client.listStoragePrices, { signal })),
    Array.fromAsync(paginate(client.listWorkspaces, common)),
  ]);
  const quotas = new Map<string, QuotaLimit>();
  for (const { id, name } of workspaces.filter(needs.isTouched)) {
    const quota = await permitted(
      () => readQuota(connection, id),
      notChecked,
      `the Quota of workspace ${name}`,
    );
    if (quota) quotas.set(id, quota);
  }
  const wallet = needs.wallet
    ? await permitted<Wallet>(
        () => client.getWallet({ path: { organizationId }, signal }),
        notChecked,
        "the Wallet, which its Owner alone may read",
      )
    : null;
  return {
    prices: { flavors, storage },
    workspaces: workspaces.map(({ id, name }) => ({ id, name })),
    quotas,
    wallet,
    templateDisks: await readTemplateDisks(connection, needs.templates),
    notChecked,
  };
}

async function readQuota(
  { client, signal }: Connection,
  workspaceId: string,
): Promise<QuotaLimit | null> {
  try {
    const { period, limitUsd } = await client.getQuota({ path: { workspaceId }, signal });
    return { period, limit: parseAmount(limitUsd) };
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

/** A template that there is not, is left out: its disk counts as not known. */
async function readTemplateDisks({ client, signal }: Connection, templates: readonly string[]) {
  const disks = new Map<string, number>();
  for (const templateId of new Set(templates)) {
    try {
      const { disk } = await client.getWorkspaceTemplate({ path: { templateId }, signal });
      disks.set(templateId, disk?.sizeGib ?? 0);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  return disks;
}

async function permitted<Answer>(
  read: () => Promise<Answer | null>,
  notChecked: string[],
  what: string,
): Promise<Answer | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AiFactoryError) || error.status !== 403) throw error;
    notChecked.push(what);
    return null;
  }
}

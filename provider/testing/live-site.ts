import { createClient, type Client } from "@aifactory/sdk";
import { createWorker, type Worker } from "../../api/worker/create-worker.ts";
import { workHandlers } from "../../api/worker/work-handlers.ts";
import { fund } from "../../test/support/fixture.ts";
import { startTestSite, type TestSite } from "../../test/support/site.ts";

/** A control plane over real HTTP whose worker runs by itself, as in production, with credit to spend. */
export interface LiveSite extends TestSite {
  readonly owner: Client;
  readonly operator: Client;
  /** The provider's configuration, as environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What there is in the Organization: `Workspace ml`, `Notebook research RUNNING`, … */
  inventory(): Promise<string[]>;
}

export async function startLiveSite(): Promise<LiveSite> {
  let worker: Worker | undefined;
  const site = await startTestSite({ nudge: () => worker?.nudge() });
  const { database, clusters, catalogue } = site.site;
  const handlers = workHandlers({ database, clusters, catalogue, mailer: null });
  worker = createWorker({ database, clusters, handlers, pollMs: 50, onError: console.error });
  worker.start();
  await fund(site);
  const { url, ownerToken: token, organizationId } = site;
  const owner = createClient({ url, token });
  return {
    ...site,
    owner,
    operator: createClient({ url, token: site.operatorToken }),
    env: {
      AIFACTORY_URL: url,
      AIFACTORY_TOKEN: token,
      AIFACTORY_ORGANIZATION_ID: organizationId,
    },
    inventory: () => inventory(owner, organizationId),
    async stop() {
      await worker?.drain();
      await site.stop();
    },
  };
}

async function inventory(owner: Client, organizationId: string): Promise<string[]> {
  const { items: workspaces } = await owner.listWorkspaces({ path: { organizationId } });
  const { items: policies } = await owner.listPolicies({ path: { organizationId } });
  const found = [
    ...workspaces.map(({ name }) => `Workspace ${name}`),
    ...policies.map(({ name }) => `Policy ${name}`),
  ];
  for (const { id: workspaceId } of workspaces) {
    const path = { workspaceId };
    for (const { name, status } of (await owner.listNotebooks({ path })).items)
      found.push(`Notebook ${name} ${status}`);
    for (const { name, status } of (await owner.listContainers({ path })).items)
      found.push(`GpuContainer ${name} ${status}`);
  }
  return found.sort();
}

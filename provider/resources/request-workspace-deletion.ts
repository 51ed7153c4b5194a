import { isCode, waitFor, type Client } from "@aifactory/sdk";

/**
 * Asks for the deletion of a Workspace. What is being deleted in it already is waited for: until it is gone, the API
 * counts it among what the Workspace still has (ORG-6).
 */
export async function requestWorkspaceDeletion(
  client: Client,
  workspaceId: string,
  force: boolean,
): Promise<void> {
  const path = { workspaceId };
  const attempt = () =>
    client.deleteWorkspace({ path, query: { force: force ? "true" : "false" } });
  try {
    await attempt();
  } catch (error) {
    if (!isCode(error, "workspace_not_empty") || !(await isEmptying(client, workspaceId)))
      throw error;
    await waitFor((signal) => client.listNotebooks({ path, signal }), { until: isEmptyPage });
    await waitFor((signal) => client.listContainers({ path, signal }), { until: isEmptyPage });
    await attempt();
  }
}

const isEmptyPage = ({ items }: { items: unknown[] }): boolean => items.length === 0;

async function isEmptying(client: Client, workspaceId: string): Promise<boolean> {
  const path = { workspaceId };
  const pages = [await client.listNotebooks({ path }), await client.listContainers({ path })];
  const living = pages.flatMap(({ items }): { status: string }[] => items);
  return living.length > 0 && living.every(({ status }) => status === "DELETING");
}

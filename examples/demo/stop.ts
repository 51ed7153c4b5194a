import { waitForContainer, waitForNotebook, type Client } from "@aifactory/sdk";
import type { Made } from "./deployment.ts";

/** Both run no more; their volumes stay. */
export async function stop(client: Client, { notebookId, containerId }: Made): Promise<void> {
  await client.stopNotebook({ path: { notebookId } });
  await client.stopContainer({ path: { containerId } });
  const stopped = { status: "STOPPED" } as const;
  await waitForNotebook(client, notebookId, stopped);
  await waitForContainer(client, containerId, stopped);
}

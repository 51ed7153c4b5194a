import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "undici";
import { keyOf } from "../../../api/domain/ids.ts";
import type { BenchedControlPlane } from "./control-plane.ts";
import { notebookRequest } from "./stage.ts";

const LOOK_MS = 50;
/** Less often while many are missing: what looks on takes from what it looks at. */
const LOOK_MS_EACH = 2;
const DEADLINE_MS = 600_000;

export interface SystemRound {
  readonly notebooks: number;
  /** Of the client that creates them, each with one request at a time. */
  readonly connections: number;
}

export interface SystemResult {
  /** From the first POST to the last row that says RUNNING. */
  readonly seconds: number;
  /** Until the last POST was answered. */
  readonly acceptedSeconds: number;
  /** Sent to the cluster by the product, each notebook. */
  readonly requests: Record<string, number>;
}

/** Creates so many notebooks in a Workspace over HTTP, and waits until all of them run. */
export async function runSystem(
  { url, ownerToken, rows, requests }: BenchedControlPlane,
  workspaceId: string,
  { notebooks, connections }: SystemRound,
): Promise<SystemResult> {
  const agent = new Agent({ connections });
  const before = await requests();
  const numbers = Array.from({ length: notebooks }, (_, at) => at).values();
  const client = async () => {
    for (const number of numbers) {
      const { statusCode, body } = await agent.request({
        origin: url,
        path: `/v1/workspaces/${workspaceId}/notebooks`,
        method: "POST",
        headers: { authorization: `Bearer ${ownerToken}`, "content-type": "application/json" },
        body: JSON.stringify(notebookRequest(number)),
      });
      if (statusCode >= 300) throw new Error(`${statusCode}: ${await body.text()}`);
      await body.dump();
    }
  };
  const began = performance.now();
  const since = () => (performance.now() - began) / 1000;
  await Promise.all(Array.from({ length: connections }, client));
  const acceptedSeconds = since();
  await untilRunning(rows, workspaceId);
  const seconds = since();
  await agent.close();
  const sent = Object.entries(await requests()).map(([method, count]) => [
    method,
    (count - (before[method] ?? 0)) / notebooks,
  ]);
  return { seconds, acceptedSeconds, requests: Object.fromEntries(sent) };
}

/** Waits until no row of the Workspace's notebooks says anything but RUNNING; they were all accepted. */
async function untilRunning(rows: BenchedControlPlane["rows"], workspaceId: string): Promise<void> {
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline;) {
    const { rows: found } = await rows.query<{ missing: number }>({
      name: "not running",
      text: "select count(*)::integer as missing from resources where workspace_id = $1 and status <> 'RUNNING'",
      values: [keyOf(workspaceId)],
    });
    const { missing } = found[0]!;
    if (missing === 0) return;
    await sleep(Math.max(LOOK_MS, missing * LOOK_MS_EACH));
  }
  throw new Error("not all of them are RUNNING");
}

/** Deletes the Workspace with everything in it, and waits until all of it is gone. */
export async function removeWorkspace(
  { owner, rows }: BenchedControlPlane,
  workspaceId: string,
): Promise<void> {
  await owner("DELETE", `/v1/workspaces/${workspaceId}?force=true`);
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(500)) {
    const { rowCount } = await rows.query(
      "select from workspaces where id = $1 and deleted_at is null",
      [keyOf(workspaceId)],
    );
    if (rowCount === 0) return;
  }
  throw new Error("the Workspace is still there");
}

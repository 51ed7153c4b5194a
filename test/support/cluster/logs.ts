import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { logFolder } from "./commands.ts";
import type { Connection } from "./connect.ts";
import type { PodName } from "./pod-status.ts";

/** Has the process of a Pod write lines, at this moment; a reader that follows sees them at once. */
export async function writeLogs(connection: Connection, pod: PodName, lines: string[]) {
  const { metadata, status } = await connection.core.readNamespacedPod(pod);
  const process = status!.containerStatuses![0]!.restartCount;
  const file = join(logFolder(connection.folder), `${metadata!.uid}_${process}.log`);
  const now = new Date().toISOString();
  appendFileSync(file, lines.map((line) => `${now} stdout F ${line}\n`).join(""));
}

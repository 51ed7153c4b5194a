import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isCode, type Connection } from "./connect.ts";
import type { PodName } from "./pod-status.ts";

const folder = () => (made ??= mkdtempSync(join(tmpdir(), "aifactory-pod-logs-")));
let made: string | null = null;

/** Has the Pod's process write lines, at this moment; a reader that follows sees them at once. */
export async function writeLogs(connection: Connection, pod: PodName, lines: string[]) {
  const file = join(folder(), `${pod.namespace}_${pod.name}`);
  const now = new Date().toISOString();
  appendFileSync(file, lines.map((line) => `${now} stdout F ${line}\n`).join(""));
  try {
    await connection.objects.create({
      apiVersion: "kwok.x-k8s.io/v1alpha1",
      kind: "Logs",
      metadata: pod,
      spec: { logs: [{ logsFile: file, previousLogsFile: file, follow: true }] },
    } as object);
  } catch (error) {
    if (!isCode(error, 409)) throw error;
  }
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes how KWOK plays the kubelet's server: a command that is executed in a Pod runs on this machine, and a Pod has no
 * logs until `logs.ts` gives it some. Answers the file's path.
 */
export function writeKubeletConfig(folder: string): string {
  const none = join(folder, "no-logs");
  writeFileSync(none, "");
  const apiVersion = "kwok.x-k8s.io/v1alpha1";
  const documents = [
    {
      apiVersion,
      kind: "ClusterExec",
      metadata: { name: "all" },
      spec: { execs: [{ local: { workDir: folder } }] },
    },
    {
      apiVersion,
      kind: "ClusterLogs",
      metadata: { name: "none" },
      spec: { logs: [{ logsFile: none, previousLogsFile: none }] },
    },
  ];
  const path = join(folder, "kubelet.yaml");
  writeFileSync(path, documents.map((it) => JSON.stringify(it)).join("\n---\n"));
  return path;
}

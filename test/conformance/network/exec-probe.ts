import { PassThrough } from "node:stream";
import { Exec, type V1Status } from "@kubernetes/client-node";
import type { Connection } from "../../support/cluster/connect.ts";
import type { Asker, Target } from "./checks.ts";
import type { Probe } from "./run-checks.ts";
import type { Stage } from "./stage.ts";

/** Asks from inside the Pods: a real cluster's network answers. */
export function execProbe(
  { config }: Connection,
  stage: Pick<Stage, Asker>,
  script: (target: Target) => string = tried,
): Probe {
  const exec = new Exec(config);
  return async (from, target) => {
    const { namespace, name } = stage[from];
    const command = ["sh", "-c", script(target)];
    const status = await new Promise<V1Status>((resolve, reject) => {
      const output = () => new PassThrough().resume();
      exec
        .exec(namespace, name, "main", command, output(), output(), null, false, resolve)
        .catch(reject);
    });
    const reason = status.details?.causes?.find((it) => it.reason === "ExitCode")?.message;
    // Neither reached nor blocked: what is missing in the image must not look like a fence.
    if (status.status !== "Success" && !BLOCKED.has(reason ?? ""))
      throw new Error(`"${command[2]}" in ${namespace}/${name} failed: ${status.message}`);
    return status.status === "Success";
  };
}

// Refused or without an answer; or ended by one of the two kinds of `timeout`.
const BLOCKED = new Set(["1", "124", "143"]);

const tried = (target: Target): string =>
  "name" in target
    ? `timeout 10 nslookup ${target.name}`
    : `timeout 5 nc -z -w 3 ${target.host} ${target.port}`;

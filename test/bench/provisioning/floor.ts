import { fork } from "node:child_process";
import { once } from "node:events";
import type { RawResult, RawRound } from "./raw-client.ts";

/** The raw client, which makes notebooks' objects in a namespace of their own and begins its removal afterwards. */
export interface Floor {
  run(round: RawRound): Promise<RawResult>;
  stop(): Promise<void>;
}

export function startFloor(): Floor {
  const child = fork(new URL("./raw-client.ts", import.meta.url), { stdio: "inherit" });
  const exited = once(child, "exit");
  return {
    async run(round) {
      child.send(round);
      const ended = exited.then(([code]) => {
        throw new Error(`the raw client ended with ${code}`);
      });
      const [result] = await Promise.race([once(child, "message"), ended]);
      return result as RawResult;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

import { spawnSync } from "node:child_process";
import type { Engine, EngineOptions } from "../engine.ts";
import { openCli } from "./open-cli.ts";

export interface RealPulumi {
  readonly version: string;
  open(options: EngineOptions): Promise<Engine>;
}

/** The Pulumi CLI on the PATH, or null: suites run on it in addition to the double, and name the skip. */
export function realPulumi(): RealPulumi | null {
  const found = spawnSync("pulumi", ["version"], {
    encoding: "utf8",
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (found.error || found.status !== 0) return null;
  return { version: found.stdout.trim(), open: openCli };
}

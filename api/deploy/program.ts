import { fileURLToPath } from "node:url";
import { getProject, runtime, RunError } from "@pulumi/pulumi";
import { deploy } from "./deploy.ts";
import { readSettings } from "./read-settings.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Deploys what the stack's configuration says; refuses, at preview, what is wrong in it. */
export function program(secretKeys: readonly string[]): { url: string } {
  const prefix = `${getProject()}:`;
  const own = (keys: string[]) =>
    keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const all = runtime.allConfig();
  const config = Object.fromEntries(own(Object.keys(all)).map((key) => [key, all[prefix + key]!]));
  let settings;
  try {
    settings = readSettings({ config, secretKeys: new Set(own([...secretKeys])), root: ROOT });
  } catch (error) {
    // Pulumi shows the sentence of such an error, and the stack trace of any other.
    throw new RunError((error as Error).message);
  }
  return deploy(settings);
}

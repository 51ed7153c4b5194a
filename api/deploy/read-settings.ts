import type { z } from "zod";
import { SETTING, stack, type Key, type Stack } from "./settings.ts";
import { siteOfStack, type DeployedSite, type Problem } from "./site-file.ts";

export interface Settings extends Stack {
  readonly deployed: DeployedSite;
}

export interface StackConfiguration {
  /** By key, without the project's name. */
  readonly config: Readonly<Record<string, string>>;
  readonly secretKeys: ReadonlySet<string>;
  /** Paths are relative to it. */
  readonly root: string;
}

const KEYS = Object.keys(SETTING) as Key[];

/** Reads the stack's configuration; throws a message that names every key that is wrong and how it is set. */
export function readSettings({ config, secretKeys, root }: StackConfiguration): Settings {
  const plain = KEYS.filter((key) => isSecret(key) && key in config && !secretKeys.has(key));
  const problems = plain.map((path): Problem => ({ path, message: "is a secret: encrypt it" }));
  const parsed = stack.safeParse(config);
  problems.push(...(parsed.error?.issues ?? []).flatMap((issue) => problemsOf(issue, config)));
  const site = parsed.success ? siteOfStack(parsed.data, root) : [];
  if (Array.isArray(site)) problems.push(...site);
  if (problems.length > 0 || !parsed.success || Array.isArray(site))
    throw new Error(`The stack's configuration is not valid:\n${problems.map(line).join("\n")}`);
  return { ...parsed.data, deployed: site };
}

const isSecret = (key: Key): boolean => SETTING[key].includes("--secret");

function problemsOf(issue: z.core.$ZodIssue, config: StackConfiguration["config"]): Problem[] {
  const [key] = issue.path;
  if (key === undefined && issue.code === "unrecognized_keys") {
    const message = `is unknown; the keys are ${KEYS.join(", ")}`;
    return issue.keys.map((path) => ({ path, message }));
  }
  const missing = config[String(key)] === undefined;
  return [{ path: issue.path.join("."), message: missing ? "is missing" : issue.message }];
}

function line({ path, message }: Problem): string {
  const key = KEYS.find((known) => known === path.split(/[. ]/)[0]);
  const help = key === undefined ? "" : `\n    pulumi config set ${SETTING[key]}`;
  return `  ${path}: ${message}${help}`;
}

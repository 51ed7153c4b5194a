import { createClient, type Client } from "@aifactory/sdk";

/** Looks up stack configuration by its full key, `aifactory:url`. */
export type Lookup = (key: string) => string | undefined;

const SETTINGS = {
  url: "AIFACTORY_URL",
  token: "AIFACTORY_TOKEN",
  organizationId: "AIFACTORY_ORGANIZATION_ID",
} as const;
type Setting = keyof typeof SETTINGS;

export interface Connection {
  readonly client: Client;
  readonly organizationId: string;
}

/** Which settings are missing, each with both places where it can be given; empty when all are there. */
export function missingSettings(lookup: Lookup, env = process.env): string[] {
  return (Object.keys(SETTINGS) as Setting[])
    .filter((setting) => !read(setting, lookup, env))
    .map(
      (setting) =>
        `set it with "pulumi config set ${setting === "token" ? "--secret " : ""}aifactory:${setting} …", or in the environment as ${SETTINGS[setting]}`,
    );
}

/** A client as configuration or, where that says nothing, the environment has it. @throws naming what is missing. */
export function connect(lookup: Lookup, env = process.env): Connection {
  const missing = missingSettings(lookup, env);
  if (missing.length > 0) throw new Error(`AI Factory is not configured: ${missing.join("; ")}.`);
  const url = read("url", lookup, env)!;
  const token = read("token", lookup, env)!;
  const organizationId = read("organizationId", lookup, env)!;
  return { client: createClient({ url, token, userAgent: "aifactory-pulumi" }), organizationId };
}

function read(setting: Setting, lookup: Lookup, env: NodeJS.ProcessEnv): string | undefined {
  return lookup(`aifactory:${setting}`) || env[SETTINGS[setting]] || undefined;
}

import { AiFactoryError, createClient, type Client } from "@aifactory/sdk";
import { ConfigurationError } from "./configuration-error.ts";
import type { Schema } from "./schema-problems.ts";
import type { World } from "./world.ts";

/** Where a policy asks the control plane; what is not said is as the provider is configured. */
export interface Live {
  readonly url?: string;
  readonly organizationId?: string;
  /** For all that a policy asks, retries included; 30 unless given. */
  readonly timeoutSeconds?: number;
}

export interface Connection {
  readonly client: Client;
  readonly organizationId: string;
  /** Ends every request when the time is up. */
  readonly signal: AbortSignal;
}

/** The property `live` of a policy's configuration. It has no token: a token is a secret, and this is a file. */
export const liveSchema: Schema = {
  type: "object",
  description: "Ask the control plane, with the token in AIFACTORY_TOKEN or aifactory:token.",
  properties: {
    url: { type: "string", pattern: "^https?://\\S+$", description: "an address of the API" },
    organizationId: { type: "string", pattern: "^org_\\w+$", description: "an id such as org_…" },
    timeoutSeconds: { type: "integer", minimum: 1, maximum: 300 },
  },
  additionalProperties: false,
};

/** The control plane could not be asked, so that nothing was judged. */
export class LiveReadError extends Error {
  override readonly name = "LiveReadError";
}

/**
 * Asks the control plane.
 * @throws {ConfigurationError} when it is not said where or with which token.
 * @throws {LiveReadError} when no answer came: a policy must not take that for a permission.
 */
export async function readLive<Answer>(
  live: Live,
  world: World,
  read: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const { url, token, organizationId } = settingsOf(live, world);
  const { timeoutSeconds = 30 } = live;
  const signal = AbortSignal.timeout(timeoutSeconds * 1000);
  try {
    const client = createClient({ url, token, userAgent: "aifactory-policy-pack", timeoutSeconds });
    return await read({ client, organizationId, signal });
  } catch (error) {
    const said = error instanceof AiFactoryError || error instanceof TypeError;
    const why = signal.aborted
      ? `no answer within ${timeoutSeconds} seconds`
      : said
        ? error.message
        : "an answer that was not expected";
    throw new LiveReadError(
      `The control plane at ${shown(url)} could not be asked: ${why}. Nothing was judged, so nothing is let through; ` +
        "see that it can be reached and that the token may read it, or give the policy what it needs in its configuration.",
      { cause: error },
    );
  }
}

function settingsOf(live: Live, world: World) {
  const url = live.url ?? (world.setting("aifactory:url") || world.env["AIFACTORY_URL"]);
  const organizationId =
    live.organizationId ??
    (world.setting("aifactory:organizationId") || world.env["AIFACTORY_ORGANIZATION_ID"]);
  const token = world.setting("aifactory:token") || world.env["AIFACTORY_TOKEN"];
  if (!url) throw missing("live.url", "aifactory:url", "AIFACTORY_URL");
  if (!organizationId)
    throw missing("live.organizationId", "aifactory:organizationId", "AIFACTORY_ORGANIZATION_ID");
  if (!token) throw missing("the token", "aifactory:token (--secret)", "AIFACTORY_TOKEN");
  return { url, organizationId, token };
}

/** Without what an address may hold of a secret. */
function shown(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : "an address that is none";
}

function missing(field: string, key: string, variable: string): ConfigurationError {
  return new ConfigurationError(
    `${field} is missing: set the stack's configuration ${key}, or ${variable} in the environment.`,
  );
}

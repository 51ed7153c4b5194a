import { type Client, createClient, isCode, paginate, type Policy } from "@aifactory/sdk";
import type { LiveOptions } from "./options.ts";
import { UsageError } from "./usage-error.ts";
import manifest from "./package.json" with { type: "json" };

/** An Organization, as the token's owner may see it. */
export interface Live extends LiveOptions {
  readonly client: Client;
}

/** A Workspace's boundary as it is saved. */
export interface SavedBoundary {
  readonly workspaceId: string;
  readonly workspace: string;
  readonly policies: readonly Policy[];
}

/** @throws UsageError where URL or token can be none */
export function openLive(options: LiveOptions): Live {
  const { url, token } = options;
  try {
    const userAgent = `aifactory-policy/${manifest.version}`;
    const client = createClient({ url, token, userAgent });
    return { ...options, client };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The regions of the site's catalogue. */
export async function readRegions({ client }: Live): Promise<string[]> {
  const regions: string[] = [];
  for await (const { id } of paginate(client.listRegions, {})) regions.push(id);
  return regions;
}

/** The boundary of every Workspace in which the token's owner may read it. */
export async function readBoundaries({ client, organizationId }: Live): Promise<SavedBoundary[]> {
  const found: SavedBoundary[] = [];
  for await (const { id, name } of paginate(client.listWorkspaces, { path: { organizationId } })) {
    try {
      const { items } = await client.listWorkspacePolicies({ path: { workspaceId: id } });
      found.push({ workspaceId: id, workspace: name, policies: items });
    } catch (error) {
      // Of a Workspace that goes away meanwhile, and where an Admin is but a Member, there is nothing to say.
      if (!isCode(error, "not_found") && !isCode(error, "forbidden")) throw error;
    }
  }
  return found;
}

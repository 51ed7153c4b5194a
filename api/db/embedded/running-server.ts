import { existsSync } from "node:fs";
import { readOrCreateCredentials } from "./credentials.ts";
import { openFolder } from "./folder.ts";
import { readPostmasterPid } from "./postmaster-pid.ts";
import { probeServer } from "./probe-server.ts";
import { applicationUrl } from "./urls.ts";

/** The application's URL of the server that a control plane runs on a data folder; null while none does. */
export async function runningServerUrl(dataDir: string): Promise<string | null> {
  if (!existsSync(dataDir)) return null;
  const folder = openFolder(dataDir);
  const server = existsSync(folder.data) ? readPostmasterPid(folder) : undefined;
  if (server === undefined) return null;
  const credentials = readOrCreateCredentials(folder);
  const serves = (await probeServer(folder, credentials, server.port)) === "serves";
  return serves ? applicationUrl(credentials, server.port) : null;
}

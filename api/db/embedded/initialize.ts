import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Binaries } from "./binaries.ts";
import type { Credentials } from "./credentials.ts";
import type { EmbeddedFolder } from "./folder.ts";
import { handOver, SERVER_ENVIRONMENT } from "./hand-over.ts";
import { serverFailure } from "./server-failure.ts";
import type { ServerUser } from "./server-user.ts";
import type { Durability } from "./settings.ts";
import { SUPERUSER } from "./urls.ts";

/**
 * Makes an empty cluster with checksums, UTF-8 and the builtin C.UTF-8 collation, on disk before it returns.
 * A crash half-way leaves nothing that a later start could take for a cluster.
 * @throws Error with initdb's own words.
 */
export async function initializeCluster(
  folder: EmbeddedFolder,
  binaries: Binaries,
  credentials: Credentials,
  user: ServerUser | undefined,
  durability: Durability,
): Promise<void> {
  // A name of its own: the initdb of a process killed a moment ago may still write to the one before.
  const unfinished = mkdtempSync(folder.unfinished);
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, `${credentials.superuser}\n`, { mode: 0o600 });
  if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
  try {
    await runInitdb(unfinished, passwordFile, binaries, user, durability);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, folder.data);
  const root = openSync(folder.root, "r");
  fsyncSync(root);
  closeSync(root);
}

/** Removes what starts that were killed left of clusters they were making. */
export function clearUnfinished(folder: EmbeddedFolder): void {
  for (const name of readdirSync(folder.root)) {
    const path = join(folder.root, name);
    if (!path.startsWith(folder.unfinished)) continue;
    rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
}

async function runInitdb(
  data: string,
  passwordFile: string,
  binaries: Binaries,
  user: ServerUser | undefined,
  durability: Durability,
): Promise<void> {
  const handed = handOver([data, passwordFile], user);
  const child = spawn(
    join(binaries.root, "bin", "initdb"),
    [
      `--pgdata=${handed.names[0]}`,
      `--pwfile=${handed.names[1]}`,
      `--username=${SUPERUSER}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
      ...(durability === "test" ? ["--no-sync"] : []),
    ],
    {
      ...user,
      cwd: "/",
      env: SERVER_ENVIRONMENT,
      detached: true,
      stdio: ["ignore", "pipe", "pipe", ...handed.descriptors],
    },
  );
  handed.close();
  const output = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const [code] = (await once(child, "close")) as [number | null];
  const [said, complained] = await output;
  if (code !== 0)
    throw serverFailure(`The database in ${data} cannot be created`, (complained || said).trim());
}

/**
 * Checks that an existing cluster is of the PostgreSQL we ship.
 * @throws Error telling both versions.
 */
export function checkClusterVersion(folder: EmbeddedFolder, binaries: Binaries): void {
  const found = readFileSync(join(folder.data, "PG_VERSION"), "utf8").trim();
  const ours = binaries.version.split(".")[0];
  if (found === ours) return;
  throw new Error(
    `${folder.data} was made by PostgreSQL ${found}, and this release brings PostgreSQL ${ours}. ` +
      "Dump it with the earlier release and load it into an empty data folder.",
  );
}

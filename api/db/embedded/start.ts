import { existsSync } from "node:fs";
import { findBinaries } from "./binaries.ts";
import type { Credentials } from "./credentials.ts";
import { readOrCreateCredentials } from "./credentials.ts";
import { ensureDatabase } from "./ensure-database.ts";
import type { EmbeddedFolder } from "./folder.ts";
import { openFolder } from "./folder.ts";
import { checkClusterVersion, clearUnfinished, initializeCluster } from "./initialize.ts";
import { launchServer } from "./launch.ts";
import { takeLock } from "./lock.ts";
import { ownCluster } from "./own-cluster.ts";
import { runnableBinaries } from "./runnable-binaries.ts";
import { keepLogSmall, trimLog } from "./server-log.ts";
import { fingerprint, readRecord } from "./server-record.ts";
import type { ServerUser } from "./server-user.ts";
import { serverUser } from "./server-user.ts";
import type { Durability } from "./settings.ts";
import { serverSettings } from "./settings.ts";
import type { RunningServer } from "./stop-server.ts";
import { stopServer } from "./stop-server.ts";
import { findSurvivor } from "./survivor.ts";
import { applicationUrl, ownerUrl } from "./urls.ts";
import { watchServer } from "./watch-server.ts";

export type EmbeddedPostgresOptions = {
  /** Created with mode 0700 when missing; everything is kept below it. */
  dataDir: string;
  log: (line: string) => void;
  /** `test` gives up the safety of data for speed, for test suites only. */
  durability?: Durability;
};

export type EmbeddedPostgres = {
  /** For `aifactory_owner`, who owns the database and migrates it. */
  adminUrl: string;
  /** For `aifactory_app`, who may connect and do what migrations grant. */
  applicationUrl: string;
  /** True when a server that outlived an earlier process was taken over. */
  adopted: boolean;
  /** Ends the server after its clients have been drained; calling it again waits for the same end. */
  stop(): Promise<void>;
  /** Resolves when the server has ended although nobody asked it to: killed, or out of disk or memory. */
  failed: Promise<void>;
};

/**
 * Starts PostgreSQL on a data folder, or takes over the server already running on it, and makes roles and
 * database. The server listens on 127.0.0.1 only and keeps running when this process is killed.
 * @throws Error with a sentence for the operator: folder in use, unsupported platform, disk full, …
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDir, log, durability = "full" } = options;
  const folder = openFolder(dataDir);
  const user = serverUser(folder);
  const lock = await takeLock(folder);
  try {
    const credentials = readOrCreateCredentials(folder);
    trimLog(folder.log);
    const { server, adopted } = await adoptOrLaunch(folder, credentials, user, durability, log);
    try {
      await ensureDatabase(credentials, server.port);
    } catch (error) {
      await stopServer(server, log);
      throw error;
    }
    const leaveLog = keepLogSmall(folder.log, log);
    let stopping: Promise<void> | undefined;
    const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
    const unwatch = watchServer(server, fail);
    return {
      adminUrl: ownerUrl(credentials, server.port),
      applicationUrl: applicationUrl(credentials, server.port),
      adopted,
      failed,
      stop() {
        unwatch();
        leaveLog();
        stopping ??= stopServer(server, log).finally(() => lock.release());
        return stopping;
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function adoptOrLaunch(
  folder: EmbeddedFolder,
  credentials: Credentials,
  user: ServerUser | undefined,
  durability: Durability,
  log: (line: string) => void,
): Promise<{ server: RunningServer; adopted: boolean }> {
  const binaries = runnableBinaries(findBinaries(), user, log);
  const settings = serverSettings(durability);
  const print = fingerprint(binaries, settings);
  clearUnfinished(folder);
  if (existsSync(folder.data)) {
    checkClusterVersion(folder, binaries);
    const survivor = await findSurvivor(folder, credentials);
    if (survivor && readRecord(folder)?.fingerprint === print) {
      log(`Taking over the PostgreSQL server that is still running (process ${survivor.pid})`);
      return { server: survivor, adopted: true };
    }
    if (survivor) {
      log(
        `Restarting the PostgreSQL server that is still running (process ${survivor.pid}) with this release's settings`,
      );
      await stopServer(survivor, log);
    }
    ownCluster(folder.data, user);
  } else {
    log(`Creating a database in ${folder.data}`);
    await initializeCluster(folder, binaries, credentials, user, durability);
  }
  const plan = { folder, binaries, credentials, user, settings, fingerprint: print, log };
  return { server: await launchServer(plan), adopted: false };
}

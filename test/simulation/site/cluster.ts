import { setTimeout as sleep } from "node:timers/promises";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../../api/db/embedded/start.ts";
import { embeddedPostgres, isRunning, newDataDir } from "../../support/server.ts";

/** A PostgreSQL of the simulation's own, to be stopped and crashed under the replicas. */
export interface PostgresCluster {
  /** Where it listens at present. */
  port(): number;
  adminUrl(database?: string): string;
  /** As the application's role, through a port that forwards to it. */
  applicationUrl(database: string, port?: number): string;
  /** `fast` ends its connections and writes everything down; `crash` ends it as it is, and it recovers from its log. */
  restart(how: "fast" | "crash"): Promise<void>;
  remove(): Promise<void>;
}

/** Starts one without fsync, but with every commit handed to the kernel: a crash of the server loses none. */
export async function startCluster(): Promise<PostgresCluster> {
  const folder = newDataDir();
  const start = () =>
    startEmbeddedPostgres({ dataDir: folder.path, durability: "test", log: () => {} });
  let server: EmbeddedPostgres = await start();
  const end = async (how: "fast" | "crash") => {
    const running = how === "crash" ? embeddedPostgres(folder.path) : null;
    if (running) {
      process.kill(running.pid, "SIGQUIT");
      while (isRunning(running.pid)) await sleep(5);
    }
    await server.stop();
  };
  return {
    port: () => Number(new URL(server.adminUrl).port),
    adminUrl: (database) => on(server.adminUrl, database),
    applicationUrl: (database, port) => on(server.applicationUrl, database, port),
    async restart(how) {
      await end(how);
      server = await start();
    },
    async remove() {
      await server.stop();
      await folder.remove();
    },
  };
}

function on(url: string, database?: string, port?: number): string {
  const changed = new URL(url);
  if (database !== undefined) changed.pathname = `/${database}`;
  changed.searchParams.set("options", "-c synchronous_commit=on");
  if (port !== undefined) changed.port = String(port);
  return changed.href;
}

import { setTimeout as sleep } from "node:timers/promises";
import {
  embeddedPostgres,
  freePort,
  killPostgres,
  newDataDir,
  readLocal,
  startServer,
  type ReadyServer,
} from "../../support/server.ts";
import { carefulClient, type CarefulClient } from "./careful-client.ts";
import { fund } from "./fund.ts";
import type { ServerLife } from "./work-waits.ts";
import { installWitness, queryAsOwner } from "./witness.ts";

// Some of it is used up on the way: charges then change their source.
const CREDITS = [
  { amount: "0.40", service: "notebook" as const },
  { amount: "1.10" },
  { amount: "5000.00" },
];

export type Victim = "server" | "database" | "both";

/** A site whose server is killed and started again on the same folder and port. */
export interface MortalSite {
  readonly dataDir: string;
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly owner: CarefulClient;
  readonly operator: CarefulClient;
  /** From each start to the kill after it. */
  readonly lives: ServerLife[];
  /** How long each restart took, in milliseconds. */
  readonly restarts: number[];
  adminUrl(): string;
  /** Site time as the database has it. */
  now(): Promise<Date>;
  kill(victim: Victim): Promise<void>;
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** A funded Organization with one Workspace, and a witness of all that happens from then on. */
export async function startMortalSite(): Promise<MortalSite> {
  const folder = newDataDir();
  const env = { AIFACTORY_DATA_DIR: folder.path, PORT: String(await freePort()) };
  let server: ReadyServer = await startServer(env);
  const lives: ServerLife[] = [{ from: server.spawnedAt, until: Number.POSITIVE_INFINITY }];
  const restarts: number[] = [];
  const { url, organizationId, ownerToken, operatorToken } = readLocal(folder.path);
  const adminUrl = () => embeddedPostgres(folder.path)!.adminUrl;
  await installWitness(adminUrl());
  const owner = carefulClient(url, ownerToken);
  const operator = carefulClient(url, operatorToken);
  const clients = { owner: owner.client, operator: operator.client };
  const workspaceId = await fund(clients, organizationId, CREDITS);
  return {
    dataDir: folder.path,
    organizationId,
    workspaceId,
    owner,
    operator,
    lives,
    restarts,
    adminUrl,
    async now() {
      const [row] = await queryAsOwner<{ now: Date }>(adminUrl(), "select site_now() as now");
      return row!.now;
    },
    async kill(victim) {
      if (victim !== "server") await killPostgres(folder.path);
      // Without its database it ends by itself; it has a moment to say so.
      if (victim === "database") await Promise.race([server.exited, sleep(20_000)]);
      await server.end("SIGKILL");
      lives.at(-1)!.until = Date.now();
    },
    async restart() {
      server = await startServer(env);
      restarts.push(Date.now() - server.spawnedAt);
      lives.push({ from: server.spawnedAt, until: Number.POSITIVE_INFINITY });
    },
    async remove() {
      await server.end("SIGKILL");
      await folder.remove();
    },
  };
}

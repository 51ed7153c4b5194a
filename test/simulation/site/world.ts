import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { localIssuer } from "../../../api/adapters/local-issuer/local-issuer.ts";
import { openDatabase } from "../../../api/db/database.ts";
import { migrate } from "../../../api/db/migrate.ts";
import { localOrganization } from "../../../api/local-organization.ts";
import { withSystem } from "../../../api/db/tenant.ts";
import type { Rates } from "../../../api/domain/billing/currency/convert.ts";
import { keyOf, publicId } from "../../../api/domain/ids.ts";
import { insertOrganization } from "../../../api/domain/organizations/insert-organization.ts";
import { ensurePerson } from "../../../api/domain/principals/sign-in.ts";
import { fund } from "../../e2e/crash/fund.ts";
import { installWitness, queryAsOwner } from "../../e2e/crash/witness.ts";
import { createClient } from "@aifactory/sdk";
import { datedSite, type Price } from "../facts/prices.ts";
import { INSTALL_MONEY_WITNESS } from "../facts/money-witness.ts";
import { startCluster, type PostgresCluster } from "./cluster.ts";
import { ReplicaPool } from "./replica-pool.ts";

export interface Tenant {
  organizationId: string;
  /** Its key in the database. */
  key: string;
  workspaceId: string;
  token: string;
}

/** What all seeds have in common: a PostgreSQL, processes, and a database that each seed has a copy of. */
export interface World {
  cluster: PostgresCluster;
  replicas: ReplicaPool;
  siteFile: string;
  operatorToken: string;
  tenants: Tenant[];
  /** The first moment of a month, which every story passes. */
  monthStart: Date;
  prices: Price[];
  rates: Rates;
  createDatabase(name: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  end(): Promise<void>;
}

const TEMPLATE = "simulation_template";
const SPARE_REPLICAS = 3;
/** Of the replicas of a simulation. */
export const LEASE_MS = 600;
const DEFAULT_SITE = new URL("../../../api/domain/catalogue/default-site.json", import.meta.url);

/** Nothing is left running when it throws. */
export async function makeWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "aifactory-simulation-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const cluster = await startCluster();
  stack.defer(() => cluster.remove());
  const replicas = new ReplicaPool(SPARE_REPLICAS);
  stack.defer(() => replicas.end());
  const monthStart = nextMonth(new Date());
  const { file, prices, rates } = datedSite(
    JSON.parse(readFileSync(DEFAULT_SITE, "utf8")),
    monthStart,
  );
  const siteFile = join(folder, "site.json");
  writeFileSync(siteFile, JSON.stringify(file));
  const operatorToken = "aifop_simulation";
  await queryAsOwner(cluster.adminUrl(), `create database ${TEMPLATE}`);
  const role = decodeURIComponent(new URL(cluster.applicationUrl(TEMPLATE)).username);
  await migrate(cluster.adminUrl(TEMPLATE), role);
  const databaseUrl = cluster.applicationUrl(TEMPLATE);
  const tenants = await makeTenants(replicas, { databaseUrl, siteFile, operatorToken });
  await installWitness(cluster.adminUrl(TEMPLATE));
  await queryAsOwner(cluster.adminUrl(TEMPLATE), INSTALL_MONEY_WITNESS);
  const run = (sql: string) => queryAsOwner(cluster.adminUrl(), sql);
  const everything = stack.move();
  return {
    cluster,
    replicas,
    siteFile,
    operatorToken,
    tenants,
    monthStart,
    prices,
    rates,
    createDatabase: async (name) =>
      void (await run(`create database ${name} template ${TEMPLATE} strategy file_copy`)),
    async dropDatabase(name) {
      // A process of the server's own in it is not ours to end; it is soon done.
      for (let attempt = 1; ; attempt++) {
        try {
          return void (await run(`drop database ${name} with (force)`));
        } catch (error) {
          if (!/terminate process/.test(String(error)) || attempt === 50) throw error;
          await sleep(100);
        }
      }
    },
    end: () => everything.disposeAsync(),
  };
}

/** At least half a day away: the clock never goes back, and every story begins some hours before. */
function nextMonth(now: Date): Date {
  const from = new Date(now.getTime() + 12 * 3_600_000);
  return new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
}

/** Two Organizations, each with a Workspace and no credit. */
async function makeTenants(
  replicas: ReplicaPool,
  site: { databaseUrl: string; siteFile: string; operatorToken: string },
): Promise<Tenant[]> {
  const database = openDatabase(site.databaseUrl);
  const replica = replicas.take();
  try {
    const issuer = await localIssuer(database);
    await replica.open({ do: "open", ...site, leaseMs: LEASE_MS });
    const first = await localOrganization(database, issuer, "USD");
    const identity = { subject: "other@local", email: "other@local", name: "Other owner" };
    const second = await withSystem(database, async (tx) => {
      const owner = { issuer: issuer.issuer, emailVerified: true, ...identity };
      const { principalId: ownerId } = await ensurePerson(tx, owner);
      return insertOrganization(tx, { name: "other", ownerId, currency: "USD" });
    });
    const other = {
      organizationId: publicId("organization", second.id),
      ownerToken: await issuer.issue(identity, { expiresInSeconds: 30 * 86_400 }),
    };
    const url = `http://127.0.0.1:${replica.port}`;
    const operator = createClient({ url, token: site.operatorToken });
    const tenants: Tenant[] = [];
    for (const { organizationId, ownerToken: token } of [first, other]) {
      const clients = { owner: createClient({ url, token }), operator };
      const workspaceId = await fund(clients, organizationId, []);
      tenants.push({ organizationId, key: keyOf(organizationId), workspaceId, token });
    }
    return tenants;
  } finally {
    if (await replica.close()) replicas.giveBack(replica);
    await database.close();
  }
}

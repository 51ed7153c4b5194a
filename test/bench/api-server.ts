import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { localIssuer } from "../../api/adapters/local-issuer/local-issuer.ts";
import { createApp } from "../../api/app.ts";
import { openClusters } from "../../api/clusters.ts";
import { startEmbeddedPostgres } from "../../api/db/embedded/start.ts";
import { openDatabase, type Database } from "../../api/db/database.ts";
import { migrate, roleOf } from "../../api/db/migrate.ts";
import { Grants } from "../../api/domain/access/grants.ts";
import { keyOf } from "../../api/domain/ids.ts";
import { Authenticator } from "../../api/domain/principals/authenticate.ts";
import { hashSecret, newSecret } from "../../api/domain/principals/secrets.ts";
import { localOrganization } from "../../api/local-organization.ts";
import { roomyCatalogue } from "../support/fixture.ts";
import { fillWorkspace } from "./fill-workspace.ts";

/** What the benchmark's process is told once the server answers. */
export interface Ready {
  readonly token: string;
  readonly notebook: { readonly api: string; readonly bare: string };
  readonly list: { readonly api: string; readonly bare: string };
}

// The child of the benchmark: one process with the control plane and, on the same pool, bare routes to compare it with.
const folder = await mkdtemp(join(tmpdir(), "aifactory-bench-"));
const server = await startEmbeddedPostgres({ dataDir: folder, durability: "test", log: () => {} });
await migrate(server.adminUrl, roleOf(server.applicationUrl));
const database = openDatabase(server.applicationUrl, { max: 20 });
process.once("message", () => {
  void stop().then(() => process.exit());
});

const operatorToken = newSecret();
const catalogue = roomyCatalogue();
const issuer = await localIssuer(database);
const simulators = await openClusters(catalogue, server.applicationUrl);
const app = createApp({
  site: {
    database,
    catalogue,
    clusters: new Map(simulators.clusters.map((cluster) => [cluster.id, cluster])),
    simulated: true,
    mail: null,
    nudge: () => {},
  },
  grants: new Grants(database, catalogue.regionIds),
  authenticator: new Authenticator({
    database,
    verifier: issuer,
    operatorTokenHash: hashSecret(operatorToken),
    autoCreateOrganization: false,
    currency: catalogue.site.currency,
    onRefused: () => {},
    onUnavailable: () => {},
  }),
  operator: { localIssuer: issuer, advanceClock: () => Promise.reject(new Error("not here")) },
  ready: async () => true,
  onError: (error) => console.error(error),
});
const url = await listen(app.fetch);
const bareUrl = await listen(bareRoutes(database).fetch);
const organization = await localOrganization(database, issuer, catalogue.site.currency);
const { token, workspaceId, notebookId } = await fillWorkspace(url, {
  ...organization,
  operatorToken,
});
await database.pool.query("analyze resources");
const ready: Ready = {
  token,
  notebook: {
    api: `${url}/v1/notebooks/${notebookId}`,
    bare: `${bareUrl}/notebooks/${keyOf(notebookId)}`,
  },
  list: {
    api: `${url}/v1/workspaces/${workspaceId}/notebooks?limit=100`,
    bare: `${bareUrl}/workspaces/${keyOf(workspaceId)}/notebooks`,
  },
};
process.send!(ready);

/** The floor: the same rows by one indexed statement each, for anybody, as they are. */
function bareRoutes({ pool }: Database): Hono {
  const bare = new Hono();
  bare.get("/notebooks/:id", async (c) => {
    const { rows } = await pool.query({
      name: "bare-notebook",
      text: "select * from resources where id = $1",
      values: [c.req.param("id")],
    });
    return c.json(rows[0]);
  });
  bare.get("/workspaces/:id/notebooks", async (c) => {
    const { rows } = await pool.query({
      name: "bare-notebooks",
      text: `select * from resources where workspace_id = $1 and kind = 'notebook' and deleted_at is null order by id limit 100`,
      values: [c.req.param("id")],
    });
    return c.json(rows);
  });
  return bare;
}

function listen(fetch: Parameters<typeof serve>[0]["fetch"]): Promise<string> {
  return new Promise((resolve) => {
    serve({ fetch, port: 0, hostname: "127.0.0.1" }, ({ port }: AddressInfo) =>
      resolve(`http://127.0.0.1:${port}`),
    );
  });
}

async function stop(): Promise<void> {
  await simulators.close();
  await database.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

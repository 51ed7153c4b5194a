import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { localIssuer } from "../../../api/adapters/local-issuer/local-issuer.ts";
import { createApp } from "../../../api/app.ts";
import { openClusters } from "../../../api/clusters.ts";
import { openDatabase } from "../../../api/db/database.ts";
import { Grants } from "../../../api/domain/access/grants.ts";
import { tick } from "../../../api/domain/billing/tick/tick.ts";
import { loadCatalogue } from "../../../api/domain/catalogue/load.ts";
import { writePrices } from "../../../api/domain/catalogue/write-prices.ts";
import { advanceClock } from "../../../api/domain/clock/advance.ts";
import { Authenticator } from "../../../api/domain/principals/authenticate.ts";
import { hashSecret } from "../../../api/domain/principals/secrets.ts";
import { createWorker } from "../../../api/worker/create-worker.ts";
import { workHandlers } from "../../../api/worker/work-handlers.ts";

const POLL_MS = 100;

export interface ReplicaOptions {
  databaseUrl: string;
  siteFile: string;
  operatorToken: string;
  /** Short, so that what a dead replica held is soon somebody else's. */
  leaseMs: number;
}

/** A whole control plane, worker at work, as `startControlPlane` puts it together but for leases and configuration. */
export async function openReplica(
  options: ReplicaOptions,
  onError: (error: unknown) => void,
): Promise<{ port: number; close(): Promise<void> }> {
  const catalogue = loadCatalogue(options.siteFile);
  const database = openDatabase(options.databaseUrl);
  await writePrices(database, catalogue);
  let owns = (_clusterId: string): boolean => false;
  const opened = await openClusters(catalogue, options.databaseUrl, {
    mayWrite: (id) => owns(id),
    onError,
  });
  const clusters = new Map(opened.clusters.map((cluster) => [cluster.id, cluster]));
  const mailer = { send: async () => {} };
  const handlers = workHandlers({ database, clusters, catalogue, mailer });
  const worker = createWorker({
    database,
    clusters,
    handlers,
    tick: () => tick(database),
    leaseMs: options.leaseMs,
    pollMs: POLL_MS,
    onError,
  });
  const nudge = () => worker.nudge();
  owns = worker.owns;
  const simulated = opened.clusters.some((cluster) => cluster.simulated);
  const mail = { invitationLink: (code: string) => `https://ai.example.com/#${code}` };
  const site = { database, catalogue, clusters, simulated, mail, nudge };
  const issuer = await localIssuer(database);
  const app = createApp({
    site,
    grants: new Grants(database, catalogue.regionIds),
    authenticator: new Authenticator({
      database,
      verifier: issuer,
      operatorTokenHash: hashSecret(options.operatorToken),
      autoCreateOrganization: false,
      currency: catalogue.site.currency,
      onRefused: () => {},
      onUnavailable: () => {},
    }),
    operator: {
      localIssuer: issuer,
      advanceClock: (seconds) => advanceClock({ site, worker, seconds }),
    },
    ready: async () => true,
    onError,
  });
  worker.start();
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await worker.drain();
      await opened.close();
      await database.close();
    },
  };
}

import { localIssuer } from "../../api/adapters/local-issuer/local-issuer.ts";
import { createApp } from "../../api/app.ts";
import { openDatabase } from "../../api/db/database.ts";
import { Grants } from "../../api/domain/access/grants.ts";
import { LiveConnections } from "../../api/http/live/live-connections.ts";
import { startHttpServer } from "../../api/http-server.ts";
import { Authenticator } from "../../api/domain/principals/authenticate.ts";
import type { TestSite } from "./site.ts";

export interface Replica {
  readonly url: string;
  stop(): Promise<void>;
}

/** Another replica of a test site: caches, connections and a port of its own, on the same database. */
export async function startReplica({ site, testDatabase }: TestSite): Promise<Replica> {
  const database = openDatabase(testDatabase.url);
  const { catalogue } = site;
  const live = new LiveConnections();
  const app = createApp({
    live,
    site: { ...site, database },
    grants: new Grants(database, catalogue.regionIds),
    authenticator: new Authenticator({
      database,
      verifier: await localIssuer(database),
      operatorTokenHash: null,
      autoCreateOrganization: false,
      currency: catalogue.site.currency,
      onRefused: () => {},
      onUnavailable: () => {},
    }),
    operator: { localIssuer: null, advanceClock: () => Promise.reject(new Error("not here")) },
    ready: async () => true,
    onError: (error) => console.error(error),
  });
  const server = await startHttpServer(app.fetch, { port: 0, host: "127.0.0.1" }, live);
  return {
    url: server.url,
    async stop() {
      await server.drain(1000);
      await database.close();
    },
  };
}

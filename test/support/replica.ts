import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { localIssuer } from "../../api/adapters/local-issuer/local-issuer.ts";
import { createApp } from "../../api/app.ts";
import { openDatabase } from "../../api/db/database.ts";
import { Grants } from "../../api/domain/access/grants.ts";
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
  const app = createApp({
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
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await database.close();
    },
  };
}

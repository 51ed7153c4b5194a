import type { Logger } from "pino";
import type { OpenKubernetes } from "#adapters/kubernetes/open.ts";
import { localIssuer } from "#adapters/local-issuer/local-issuer.ts";
import { oidcVerifier } from "#adapters/oidc/verifier.ts";
import { openDatabase } from "#db/database.ts";
import { Grants } from "#domain/access/grants.ts";
import { tick } from "#domain/billing/tick/tick.ts";
import type { Catalogue } from "#domain/catalogue/catalogue.ts";
import { loadCatalogue } from "#domain/catalogue/load.ts";
import { writePrices } from "#domain/catalogue/write-prices.ts";
import { advanceClock } from "#domain/clock/advance.ts";
import { Authenticator } from "#domain/principals/authenticate.ts";
import { hashSecret, newSecret } from "#domain/principals/secrets.ts";
import type { Site } from "#domain/site.ts";
import type { IdentityVerifier } from "#ports/identity.ts";
import { createAccessCheck } from "#http/access-check/access-check.ts";
import { LiveConnections } from "#http/live/live-connections.ts";
import { createWorker } from "#worker/create-worker.ts";
import { watchLedger } from "#worker/ledger-watch.ts";
import { releaseDead } from "#worker/release-dead.ts";
import { workHandlers } from "#worker/work-handlers.ts";
import { createApp } from "./app.ts";
import { openClusters } from "./clusters.ts";
import type { Config } from "./config.ts";
import { startHttpServer } from "./http-server.ts";
import { readLocalFile, writeLocalFile } from "./local-file.ts";
import { localOrganization } from "./local-organization.ts";
import { invitationLink, openMailer } from "./open-mailer.ts";
import { createMetrics, serveMetrics } from "./metrics.ts";
import { openSiteDatabase } from "./open-database.ts";

export interface ControlPlane {
  readonly url: string;
  readonly simulatedRegions: string[];
  /** Null where people sign in at an external issuer. */
  readonly localFile: string | null;
  /** Resolves when the embedded database has ended by itself; only a new start recovers it. */
  readonly failed: Promise<void>;
  /** Takes no more requests, finishes those at work, then stops the worker and the database, in this order. */
  stop(): Promise<void>;
}

/** Starts a control plane; nothing is left running when it throws. */
export async function startControlPlane(config: Config, log: Logger): Promise<ControlPlane> {
  const catalogue = loadCatalogue(config.siteFile);
  const simulated = simulatedRegions(catalogue).length > 0;
  if (simulated && config.production) {
    throw new Error(
      "NODE_ENV=production refuses simulated regions. Name a site file with real clusters in AIFACTORY_SITE_FILE.",
    );
  }
  const stack = new AsyncDisposableStack();
  try {
    return await start(config, catalogue, simulated, log, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function start(
  config: Config,
  catalogue: Catalogue,
  simulated: boolean,
  log: Logger,
  stack: AsyncDisposableStack,
): Promise<ControlPlane> {
  const opened = await openSiteDatabase(config, (line) => log.info(line));
  stack.defer(() => opened.close());
  const { database } = opened;
  const heartbeats = openDatabase(opened.url, { max: 2 });
  stack.defer(() => heartbeats.close());
  if (opened.exclusive) await releaseDead(database);
  await writePrices(database, catalogue);
  let owns = (_clusterId: string): boolean => false;
  const opening = await openClusters(catalogue, opened.url, {
    mayWrite: (id) => owns(id),
    onError: (error, at) => log.warn({ err: error, ...at }, "a cluster cannot be followed"),
  });
  stack.defer(() => opening.close());

  const clusters = new Map(opening.clusters.map((cluster) => [cluster.id, cluster]));
  const issuer = simulated && config.oidc === null ? await localIssuer(database) : null;
  const verifier: IdentityVerifier =
    config.oidc === null ? (issuer ?? refuseEveryJwt) : oidcVerifier(config.oidc);
  const known = readLocalFile(config.dataDir);
  const operatorToken =
    config.operatorToken ?? (simulated ? (known?.operatorToken ?? newSecret("aifop_")) : null);

  const mailer = openMailer(config, simulated, log);
  const metrics = createMetrics(database, opening.clusters);
  if (config.metricsPort !== null) {
    const endpoint = await serveMetrics(metrics, { port: config.metricsPort, host: config.host });
    stack.defer(() => endpoint.close());
    log.info(`Metrics at ${endpoint.url}`);
  }
  const worker = createWorker({
    database,
    heartbeats,
    clusters,
    handlers: workHandlers({ database, clusters, catalogue, mailer }),
    tick: async () => metrics.ticked((await tick(database)).length),
    onError: (error, item) => log.error({ err: error, work: item }, "work failed"),
  });
  owns = worker.owns;
  let publicUrl = config.publicUrl ?? "";
  const mail: Site["mail"] = mailer && {
    invitationLink: (code) => invitationLink(config, publicUrl, code),
  };
  const nudge = () => worker.nudge();
  const site: Site = { database, catalogue, clusters, simulated, mail, nudge };
  const live = new LiveConnections();
  const serving = {
    site,
    grants: new Grants(database, catalogue.regionIds),
    authenticator: openAuthenticator(site, { verifier, operatorToken }, log),
    onError: (error: unknown, requestId: string) =>
      log.error({ err: error, requestId }, "a request failed"),
  };
  const app = createApp({
    ...serving,
    operator: {
      localIssuer: issuer,
      advanceClock: (seconds) => advanceClock({ site, worker, seconds }),
    },
    ready: () => answers(opened.database),
    live,
    publicUrl: config.publicUrl,
  });
  for (const { cluster, probe } of opening.kubernetes) void describeCluster(cluster.id, probe, log);
  worker.start();
  stack.defer(() => worker.drain());
  const watch = watchLedger({
    database,
    onDifference: (difference) => log.error({ difference }, "the books differ"),
    onVerified: (differences) => metrics.verified(differences),
    onError: (error) => log.error({ err: error }, "the books could not be verified"),
  });
  stack.defer(() => watch.stop());
  const server = await startHttpServer(app.fetch, config, live);
  stack.defer(() => server.drain());

  if (config.accessCheckPort !== null) {
    const { fetch } = createAccessCheck(serving);
    const { host, accessCheckPort: port } = config;
    const endpoint = await startHttpServer(fetch, { host, port }, null);
    stack.defer(() => endpoint.drain());
    log.info(`Access checks at ${endpoint.url}`);
  }

  const { url } = server;
  publicUrl ||= url;
  const localFile =
    issuer === null
      ? null
      : writeLocalFile(config.dataDir, {
          url,
          ...(await localOrganization(database, issuer, catalogue.site.currency)),
          operatorToken: operatorToken!,
        });
  const regions = simulatedRegions(catalogue);
  const { failed } = opened;
  return { url, simulatedRegions: regions, localFile, failed, stop: () => stack.disposeAsync() };
}

function openAuthenticator(
  { database, catalogue: { site } }: Site,
  known: { verifier: IdentityVerifier; operatorToken: string | null },
  log: Logger,
): Authenticator {
  const { verifier, operatorToken } = known;
  return new Authenticator({
    database,
    verifier,
    operatorTokenHash: operatorToken === null ? null : hashSecret(operatorToken),
    autoCreateOrganization: site.autoCreateOrganization,
    currency: site.currency,
    onRefused: (reason) => log.debug({ reason }, "a token was refused"),
    onUnavailable: (reason) => log.warn({ reason }, "the OpenID Connect issuer is out of reach"),
  });
}

function simulatedRegions({ regions }: Catalogue): string[] {
  const simulated = regions.filter(({ clusters }) =>
    clusters.some(({ kind }) => kind === "simulator"),
  );
  return simulated.map(({ id }) => id);
}

/** Tells the operator what a cluster lacks, before anybody finds out by a workload. */
async function describeCluster(cluster: string, probe: OpenKubernetes["probe"], log: Logger) {
  try {
    const { version, networkPolicies, problems } = await probe();
    log.info({ cluster, version, networkPolicies }, "cluster found");
    for (const problem of problems) log.error({ cluster }, problem);
    if (networkPolicies === null)
      log.warn({ cluster }, "Nothing known enforces NetworkPolicies there: prove it by a trial.");
  } catch (error) {
    log.warn({ err: error, cluster }, "the cluster could not be probed");
  }
}

// A real site without an issuer has API tokens alone.
const refuseEveryJwt: IdentityVerifier = {
  issuer: "none",
  verify: () => Promise.reject(new Error("no issuer is configured")),
};

async function answers({ pool }: Site["database"]): Promise<boolean> {
  return pool.query("select 1").then(
    () => true,
    () => false,
  );
}

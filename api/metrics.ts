import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { isFollowed, type Cluster } from "#ports/cluster.ts";
import type { Database } from "#db/database.ts";

/** What the operator watches (`GET /metrics` on METRICS_PORT). */
export interface Metrics {
  readonly registry: Registry;
  /** Shards that were charged by this replica. */
  ticked(shards: number): void;
  /** A shard of the books was verified; so many differences are known in all. */
  verified(differences: number): void;
}

export function createMetrics(database: Database, clusters: Iterable<Cluster>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const ticks = new Counter({
    name: "aifactory_billing_ticks_total",
    help: "Shards charged by this replica",
    registers,
  });
  const differences = new Gauge({
    name: "aifactory_ledger_differences",
    help: "Differences between the books and what the usage runs say, as last verified; must be 0",
    registers,
  });
  const verifiedAt = new Gauge({
    name: "aifactory_ledger_verified_timestamp_seconds",
    help: "When this replica last verified a shard of the books",
    registers,
  });
  void new Gauge({
    name: "aifactory_billing_cursor_lag_seconds",
    help: "Site time since the minute up to which every shard is charged; under 120 when billing keeps up",
    registers,
    async collect() {
      this.set(await cursorLag(database));
    },
  });
  void new Gauge({
    name: "aifactory_cluster_silent_seconds",
    help: "Since a cluster was last heard of, by kind of object; minutes mean that it cannot be followed",
    labelNames: ["cluster", "kind"],
    registers,
    collect() {
      for (const cluster of clusters) {
        if (!isFollowed(cluster)) continue;
        for (const [kind, ms] of Object.entries(cluster.silence()))
          this.set({ cluster: cluster.id, kind }, ms === null ? Infinity : ms / 1000);
      }
    },
  });
  void new Counter({
    name: "aifactory_cluster_requests_total",
    help: "Requests sent to a cluster, by method; WATCH for those whose answers go on",
    labelNames: ["cluster", "method"],
    registers,
    collect() {
      this.reset();
      for (const cluster of clusters) {
        if (!isFollowed(cluster)) continue;
        for (const [method, count] of Object.entries(cluster.requests()))
          this.inc({ cluster: cluster.id, method }, count);
      }
    },
  });
  return {
    registry,
    ticked: (shards) => ticks.inc(shards),
    verified(found) {
      differences.set(found);
      verifiedAt.setToCurrentTime();
    },
  };
}

async function cursorLag({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ lag: number }>(
    "select extract(epoch from site_now() - minute_start(min(cursor_minute)))::float8 as lag from shard_cursors",
  );
  return rows[0]!.lag;
}

/** Serves the metrics, without authorization: bind it where only the operator's collector reaches it. */
export async function serveMetrics(
  { registry }: Metrics,
  { port, host }: { port: number; host: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== "GET" || request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(503).end("The database does not answer.\n"),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(new Error(`Cannot serve metrics on port ${port} of ${host}: ${error.message}`)),
    );
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

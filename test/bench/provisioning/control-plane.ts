import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { surviveLostConnections } from "../../../api/db/database.ts";
import { newSecret } from "../../../api/domain/principals/secrets.ts";
import { connect, MERGE } from "../../support/cluster/connect.ts";
import { must } from "../../support/fixture.ts";
import { forge, startOidcIssuer } from "../../support/oidc-issuer.ts";
import { requester, type Answer, type Request } from "../../support/request.ts";
import {
  embeddedPostgres,
  freePort,
  killPostgres,
  startServer,
  type ReadyServer,
} from "../../support/server.ts";
import { processorTime } from "./processor-time.ts";
import type { Stage } from "./stage.ts";

const IDLE_LOOKS = 20;
const HEARD_SECONDS = 0.5;
const IDLE_DEADLINE_MS = 180_000;
/** Belongs to nobody and is placed nowhere: whoever follows Pods hears of it when it is changed. */
const MARKER = { namespace: "default", name: "marker" };
const ENDING = ["SIGINT", "SIGTERM"] as const;

/** A control plane as it is started, on a stage, with an Organization that can pay, and a way past the API to look at its rows. */
export interface BenchedControlPlane {
  readonly url: string;
  readonly ownerToken: string;
  readonly rows: pg.Pool;
  owner(method: string, path: string, body?: unknown): Promise<Answer["body"]>;
  /** With the Service of notebooks. */
  newWorkspace(): Promise<string>;
  /** Sent to the cluster since the start, by method. */
  requests(): Promise<Record<string, number>>;
  /** Resident memory now and at most, in bytes. */
  memory(): { now: number; peak: number };
  /** Seconds of processor time that it and its PostgreSQL have taken. */
  processorTime(): { node: number; postgres: number };
  /** Does something while the control plane's process stands still; then waits until it has caught up and has nothing left to do. */
  apart<T>(work: () => Promise<T>): Promise<T>;
  /** Ends it in order and starts it again; answers when it was started, once it serves. */
  restart(): Promise<Date>;
  stop(): Promise<void>;
}

export async function startControlPlane({
  admin,
  siteFile,
  folder,
}: Stage): Promise<BenchedControlPlane> {
  const touchMarker = await createMarker(admin);
  const dataDir = join(folder, "control-plane");
  const metricsPort = await freePort();
  const issuer = await startOidcIssuer();
  const operatorToken = newSecret();
  const launch = () =>
    startServer({
      AIFACTORY_DATA_DIR: dataDir,
      AIFACTORY_SITE_FILE: siteFile,
      AIFACTORY_OPERATOR_TOKEN: operatorToken,
      OIDC_ISSUER: issuer.issuer,
      OIDC_AUDIENCE: issuer.audience,
      METRICS_PORT: String(metricsPort),
      LOG_LEVEL: "error",
      // For profiles, such as --cpu-prof.
      NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS ?? "",
    });
  const open = () => {
    const pool = new pg.Pool({ connectionString: embeddedPostgres(dataDir)!.adminUrl, max: 2 });
    surviveLostConnections(pool);
    return pool;
  };
  let starting = launch();
  // Where we are told to end, it may be standing still; it ends its PostgreSQL itself.
  const interrupted = async () => {
    const started = await starting.catch(() => null);
    started?.signal("SIGCONT");
    await started?.end("SIGTERM");
    await killPostgres(dataDir);
    process.exit(130);
  };
  for (const name of ENDING) process.once(name, interrupted);
  let server = await starting;
  let rows = open();
  const end = async () => {
    await rows.end();
    const { code } = await server.end("SIGTERM");
    if (code !== 0) throw new Error(`the control plane ended with ${code}:\n${server.output()}`);
    if (server.output().includes('"level":50')) console.error(server.output());
  };
  const request: Request = (...asked) => requester(server.url)(...asked);
  const idToken = await forge(issuer, { email: "owner@example.com", email_verified: true });
  const { organizationId, token: ownerToken } = await signIn(request, idToken);
  const owner = (method: string, path: string, body?: unknown) =>
    must(request(method, path, { token: ownerToken, body }));
  const organization = `/v1/organizations/${organizationId}`;
  await fund(request, { ownerToken, operatorToken, organization });
  let workspaces = 0;
  return {
    get url() {
      return server.url;
    },
    ownerToken,
    get rows() {
      return rows;
    },
    owner,
    async newWorkspace() {
      const name = `bench-${(workspaces += 1)}`;
      const { id } = await owner("POST", `${organization}/workspaces`, { name });
      await owner("PUT", `/v1/workspaces/${id}/services/notebook`, { regions: ["hanoi"] });
      return id;
    },
    requests: () => requestsOf(metricsPort),
    memory: () => memoryOf(server),
    processorTime() {
      const postgres = processorTime(embeddedPostgres(dataDir)!.pid);
      // Its PostgreSQL is a child of it.
      return { node: processorTime(server.pid) - postgres, postgres };
    },
    async apart(work) {
      server.signal("SIGSTOP");
      try {
        return await work();
      } finally {
        server.signal("SIGCONT");
        const isHeard = async () => {
          await touchMarker();
          return (await silenceOfPods(metricsPort)) < HEARD_SECONDS;
        };
        await untilIdle(rows, isHeard);
      }
    },
    async restart() {
      await end();
      starting = launch();
      server = await starting;
      rows = open();
      return new Date(server.spawnedAt);
    },
    async stop() {
      for (const name of ENDING) process.off(name, interrupted);
      await end().finally(() => killPostgres(dataDir));
      await issuer.stop();
    },
  };
}

/** The first sign-in makes the Organization; its Owner works with an API token from then on. */
async function signIn(request: Request, idToken: string) {
  const { memberships } = await must(request("GET", "/v1/me", { token: idToken }));
  const made = { token: idToken, body: { name: "bench" } };
  const { token } = await must(request("POST", "/v1/tokens", made));
  return { organizationId: memberships[0].organizationId as string, token: token as string };
}

async function fund(
  request: Request,
  {
    ownerToken,
    operatorToken,
    organization,
  }: { ownerToken: string; operatorToken: string; organization: string },
): Promise<void> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const amount = { amount: "10000000", currency: "USD" };
  const voucher = { token: operatorToken, body: { amount, expiresAt } };
  const { code } = await must(request("POST", "/v1/operator/vouchers", voucher));
  const redeem = { token: ownerToken, body: { code } };
  await must(request("POST", `${organization}/vouchers/redeem`, redeem));
}

// Its lease on the cluster ran out meanwhile: the takeover's sweep is the last that it does. What the API server had to say of
// Pods has filled its connection: the kernel sends what was dropped again after a while, half a minute at times.
async function untilIdle(rows: pg.Pool, isHeard: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + IDLE_DEADLINE_MS;
  for (let idle = 0; idle < IDLE_LOOKS; await sleep(100)) {
    if (Date.now() > deadline)
      throw new Error(`not idle ${IDLE_DEADLINE_MS / 1000} s after it stood still`);
    const { rowCount } = await rows.query(
      `select where exists (select from clusters where leased_until > clock_timestamp())
       and not exists (select from work_items where due_at <= site_now())`,
    );
    idle = (await isHeard()) && rowCount === 1 ? idle + 1 : 0;
  }
}

/** Answers what changes the marker. */
async function createMarker(admin: string): Promise<() => Promise<unknown>> {
  const { core } = connect(admin);
  const { namespace, name } = MARKER;
  const spec = { schedulerName: "nobody", containers: [{ name, image: "none" }] };
  await core.createNamespacedPod({ namespace, body: { metadata: { name }, spec } });
  let touches = 0;
  return () => {
    const annotations = { touches: String((touches += 1)) };
    return core.patchNamespacedPod({ ...MARKER, body: { metadata: { annotations } } }, MERGE);
  };
}

async function silenceOfPods(port: number): Promise<number> {
  const text = await readMetrics(port);
  return Number(/^aifactory_cluster_silent_seconds\{.*kind="pods"\} (\S+)$/m.exec(text)?.[1]);
}

async function requestsOf(port: number): Promise<Record<string, number>> {
  const text = await readMetrics(port);
  const lines = text.matchAll(/^aifactory_cluster_requests_total\{.*method="(\w+)".*\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, method, count]) => [method!, Number(count)]));
}

async function readMetrics(port: number): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

function memoryOf({ pid }: ReadyServer): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)![1]) * 1024;
  return { now: of("VmRSS"), peak: of("VmHWM") };
}

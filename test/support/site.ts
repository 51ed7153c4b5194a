import { randomUUID } from "node:crypto";
import { localIssuer } from "../../api/adapters/local-issuer/local-issuer.ts";
import { createApp } from "../../api/app.ts";
import { openClusters } from "../../api/clusters.ts";
import { withSystem } from "../../api/db/tenant.ts";
import { startHttpServer } from "../../api/http-server.ts";
import {
  LIVE_LIMITS,
  LiveConnections,
  type LiveLimits,
} from "../../api/http/live/live-connections.ts";
import { Grants } from "../../api/domain/access/grants.ts";
import type { Catalogue } from "../../api/domain/catalogue/catalogue.ts";
import { loadCatalogue } from "../../api/domain/catalogue/load.ts";
import { writePrices } from "../../api/domain/catalogue/write-prices.ts";
import { publicId } from "../../api/domain/ids.ts";
import { insertOrganization } from "../../api/domain/organizations/insert-organization.ts";
import { Authenticator } from "../../api/domain/principals/authenticate.ts";
import { hashSecret, newSecret } from "../../api/domain/principals/secrets.ts";
import { ensurePerson } from "../../api/domain/principals/sign-in.ts";
import type { Site } from "../../api/domain/site.ts";
import type { IdentityVerifier } from "../../api/ports/identity.ts";
import { requester, type Request } from "./request.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

// Who left answers unread is not waited for.
const STOP_MS = 1000;

export interface TestSiteOptions {
  /** A site file; the shipped default otherwise. */
  catalogue?: string | null;
  /** Changes the loaded catalogue, for example its delays. */
  adapt?: (catalogue: Catalogue) => Catalogue;
  /** An issuer other than the local one; `mint` does not work then. */
  verifier?: IdentityVerifier;
  autoCreateOrganization?: boolean;
  /** How `POST /v1/operator/clock/advance` moves the clock; by default the offset alone moves, and nothing due runs. */
  advanceClock?: (site: Site, seconds: number) => Promise<Date>;
  nudge?: () => void;
  /** Of answers that go on; tests do not wait for minutes. */
  live?: Partial<LiveLimits>;
  publicUrl?: string;
  onError?: (error: unknown) => void;
}

export interface Person {
  readonly token: string;
  readonly userId: string;
}

/** A whole control plane over real HTTP, on a database of its own, without the worker's loops. */
export interface TestSite {
  readonly url: string;
  readonly request: Request;
  readonly operatorToken: string;
  readonly ownerToken: string;
  readonly ownerId: string;
  /** The Organization that `ownerToken` owns. */
  readonly organizationId: string;
  readonly site: Site;
  readonly grants: Grants;
  readonly testDatabase: TestDatabase;
  readonly live: LiveConnections;
  readonly authenticator: Authenticator;
  /** A person of the Organization with roles in its Workspaces, or an outsider without any. */
  mint(email: string, roles?: Record<string, "Admin" | "Member">): Promise<Person>;
  /** A Workspace of the Organization, with Services enabled in all regions unless others are given. */
  createWorkspace(options?: WorkspaceOptions): Promise<string>;
  /** Gives an Organization credit, as a voucher of a year: the site's own unless another is named. */
  fund(amountUsd: string, of?: { organizationId: string; token: string }): Promise<void>;
  /** Another Organization with an Owner of its own. */
  createOrganization(name: string): Promise<{ organizationId: string } & Person>;
  stop(): Promise<void>;
}

export interface WorkspaceOptions {
  name?: string;
  boundaryLocked?: boolean;
  services?: Partial<Record<"notebook" | "container" | "inference", string[]>>;
  /** The Owner of the Organization it is made in; by default the site's. */
  organizationId?: string;
  ownerToken?: string;
}

/** Starts a control plane for one test file. */
export async function startTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  const testDatabase = await createTestDatabase();
  const { database } = testDatabase;
  const loaded = loadCatalogue(options.catalogue ?? null);
  const catalogue = options.adapt?.(loaded) ?? loaded;
  await writePrices(database, catalogue);
  const simulators = await openClusters(catalogue, testDatabase.url);
  const site: Site = {
    database,
    catalogue,
    clusters: new Map(simulators.clusters.map((cluster) => [cluster.id, cluster])),
    simulated: true,
    mail: { invitationLink: (code) => `https://ai.example.com/invitations#${code}` },
    nudge: options.nudge ?? (() => {}),
  };
  const issuer = await localIssuer(database);
  const operatorToken = newSecret("op_");
  const grants = new Grants(database, catalogue.regionIds);
  const advance = options.advanceClock ?? moveOffset;
  const live = new LiveConnections({ ...LIVE_LIMITS, ...options.live });
  const authenticator = new Authenticator({
    database,
    verifier: options.verifier ?? issuer,
    operatorTokenHash: hashSecret(operatorToken),
    autoCreateOrganization: options.autoCreateOrganization ?? catalogue.site.autoCreateOrganization,
    currency: catalogue.site.currency,
    onRefused: () => {},
    onUnavailable: () => {},
  });
  const app = createApp({
    site,
    grants,
    live,
    publicUrl: options.publicUrl ?? null,
    authenticator,
    operator: {
      localIssuer: options.verifier === undefined ? issuer : null,
      advanceClock: (seconds) => advance(site, seconds),
    },
    ready: async () => true,
    onError: options.onError ?? ((error) => console.error(error)),
  });
  const server = await startHttpServer(app.fetch, { port: 0, host: "127.0.0.1" }, live);
  const { url } = server;
  const request = requester(url);

  const owned = async (name: string) => {
    const subject = `owner-${randomUUID()}@example.com`;
    const { organization, person } = await withSystem(database, async (tx) => {
      const identity = {
        issuer: issuer.issuer,
        subject,
        email: subject,
        emailVerified: true,
        name,
      };
      const made = await ensurePerson(tx, identity);
      const { currency } = catalogue.site;
      const input = { name, ownerId: made.principalId, currency };
      return { person: made, organization: await insertOrganization(tx, input) };
    });
    const identity = { subject, email: subject, name };
    const token = await issuer.issue(identity, { expiresInSeconds: 30 * 24 * 3600 });
    return {
      organizationId: publicId("organization", organization.id),
      userId: publicId("user", person.principalId),
      token,
    };
  };
  const first = await owned("local");
  return {
    url,
    request,
    operatorToken,
    ownerToken: first.token,
    ownerId: first.userId,
    organizationId: first.organizationId,
    site,
    grants,
    testDatabase,
    live,
    authenticator,
    createOrganization: owned,
    async mint(email, roles = {}) {
      const workspaces = Object.entries(roles).map(([workspaceId, role]) => ({
        workspaceId,
        role,
      }));
      const body = { organizationId: first.organizationId, email, workspaces };
      const answer = await request("POST", "/v1/operator/tokens", { token: operatorToken, body });
      return { token: answer.body.token, userId: answer.body.userId };
    },
    fund: (amountUsd, of = first) => fund(request, operatorToken, of, amountUsd),
    createWorkspace: (wanted = {}) => createWorkspace(request, catalogue, first, wanted),
    async stop() {
      await server.drain(STOP_MS);
      await simulators.close();
      await testDatabase.drop();
    },
  };
}

async function createWorkspace(
  request: Request,
  catalogue: Catalogue,
  first: { organizationId: string; token: string },
  wanted: WorkspaceOptions,
): Promise<string> {
  const token = wanted.ownerToken ?? first.token;
  const organizationId = wanted.organizationId ?? first.organizationId;
  const made = await request("POST", `/v1/organizations/${organizationId}/workspaces`, {
    token,
    body: {
      name: wanted.name ?? `ws-${randomUUID()}`,
      boundaryLocked: wanted.boundaryLocked ?? false,
    },
  });
  if (made.status !== 201) throw new Error(`no Workspace: ${JSON.stringify(made.body)}`);
  const services = wanted.services ?? {
    notebook: catalogue.regionIds,
    container: catalogue.regionIds,
  };
  for (const [service, regions] of Object.entries(services)) {
    const path = `/v1/workspaces/${made.body.id}/services/${service}`;
    const answer = await request("PUT", path, { token, body: { regions } });
    if (answer.status !== 200) throw new Error(`no Service: ${JSON.stringify(answer.body)}`);
  }
  return made.body.id;
}

async function fund(
  request: Request,
  operatorToken: string,
  { organizationId, token }: { organizationId: string; token: string },
  amountUsd: string,
): Promise<void> {
  const clock = await request("GET", "/v1/operator/clock", { token: operatorToken });
  const expiresAt = new Date(Date.parse(clock.body.now) + 365 * 24 * 3_600_000).toISOString();
  const voucher = await request("POST", "/v1/operator/vouchers", {
    token: operatorToken,
    body: { amount: { amount: amountUsd, currency: "USD" }, expiresAt },
  });
  const redeemed = await request("POST", `/v1/organizations/${organizationId}/vouchers/redeem`, {
    token,
    body: { code: voucher.body.code },
  });
  if (redeemed.status !== 200) throw new Error(`no credit: ${JSON.stringify(redeemed.body)}`);
}

async function moveOffset({ database }: Site, seconds: number): Promise<Date> {
  await database.pool.query("update site_clock set offset_ms = offset_ms + $1", [seconds * 1000]);
  const { rows } = await database.pool.query<{ now: Date }>("select site_now() as now");
  return rows[0]!.now;
}

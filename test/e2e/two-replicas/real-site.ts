import { execFile } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inject } from "vitest";
import { createClient } from "@aifactory/sdk";
import type { TestCluster } from "../../support/cluster/test-cluster.ts";
import { startOidcIssuer } from "../../support/oidc-issuer.ts";
import { startServer, type ReadyServer } from "../../support/server.ts";
import { queryAsOwner } from "../crash/witness.ts";

const API = fileURLToPath(new URL("../../../api/", import.meta.url));
const DEFAULT_SITE = join(API, "domain/catalogue/default-site.json");

/** A real site as it is deployed: one PostgreSQL that nobody has migrated yet, one cluster, an issuer; replicas come and go. */
export interface RealSite {
  readonly adminUrl: string;
  readonly operatorToken: string;
  /** Runs a program of `api/` as an operator does; answers what it printed, throws where it ends with other than 0. */
  run(program: "migrate.ts" | "verify-ledger.ts"): Promise<string>;
  startReplica(): Promise<ReadyServer>;
  /** An Organization's Owner who signed in at the replica, with a token that every replica takes. */
  signUp(url: string): Promise<{ organizationId: string; token: string }>;
  close(): Promise<void>;
}

export async function openRealSite(cluster: TestCluster): Promise<RealSite> {
  const postgres = inject("postgres");
  const name = `replicas_${randomUUID().replaceAll("-", "")}`;
  await queryAsOwner(postgres.adminUrl, `create database ${name}`);
  const issuer = await startOidcIssuer();
  const folder = mkdtempSync(join(tmpdir(), "aifactory-replicas-"));
  const siteFile = join(folder, "site.json");
  writeFileSync(siteFile, JSON.stringify(siteOf(cluster)));
  const adminUrl = withDatabase(postgres.adminUrl, name);
  const operatorToken = randomBytes(24).toString("hex");
  const database = { DATABASE_URL: withDatabase(postgres.applicationUrl, name) };
  return {
    adminUrl,
    operatorToken,
    async run(program) {
      const env = { PATH: process.env.PATH, ...database, DATABASE_ADMIN_URL: adminUrl };
      const { stdout } = await promisify(execFile)(process.execPath, [join(API, program)], { env });
      return stdout;
    },
    startReplica: () =>
      startServer({
        ...database,
        NODE_ENV: "production",
        AIFACTORY_DATA_DIR: folder,
        AIFACTORY_SITE_FILE: siteFile,
        AIFACTORY_OPERATOR_TOKEN: operatorToken,
        OIDC_ISSUER: issuer.issuer,
        OIDC_AUDIENCE: issuer.audience,
      }),
    async signUp(url) {
      const person = createClient({ url, token: await issuer.signIn("linh") });
      const { id } = await person.createOrganization({ body: { name: "replicas" } });
      const { token } = await person.createToken({ body: { name: "test" } });
      return { organizationId: id, token: token! };
    },
    async close() {
      await issuer.stop();
      rmSync(folder, { recursive: true, force: true });
      await queryAsOwner(postgres.adminUrl, `drop database ${name} with (force)`);
    },
  };
}

/** The shipped site with the one region, whose cluster is real. */
function siteOf({ prefix, gpuModel, kubeconfigs, storageClass }: TestCluster): object {
  const site = JSON.parse(readFileSync(DEFAULT_SITE, "utf8")) as Record<
    "regions" | "flavors" | "storage",
    { id: string; regions: string[] }[]
  >;
  const domain = "hanoi.gpu.example.com";
  const cluster = {
    id: `${prefix}hanoi`,
    kind: "kubernetes",
    kubeconfig: kubeconfigs.controlPlane,
    namespacePrefix: prefix,
    gpu: { products: { "H100 SXM5": [gpuModel] } },
    storageClass,
    gateway: { namespace: "gateway", name: "public", domain },
    tcp: { type: "NodePort", host: domain },
  };
  const inHanoi = (list: { regions: string[] }[]) =>
    list
      .filter(({ regions }) => regions.includes("hanoi"))
      .map((it) => ({ ...it, regions: ["hanoi"] }));
  return {
    ...site,
    regions: site.regions
      .filter(({ id }) => id === "hanoi")
      .map((it) => ({ ...it, clusters: [cluster] })),
    flavors: inHanoi(site.flavors),
    storage: inHanoi(site.storage),
  };
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = name;
  return changed.href;
}

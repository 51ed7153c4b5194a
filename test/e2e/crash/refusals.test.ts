import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AiFactoryError, createClient } from "@aifactory/sdk";
import { inject } from "vitest";
import { localIssuer } from "../../../api/adapters/local-issuer/local-issuer.ts";
import { readConfig } from "../../../api/config.ts";
import { startOidcIssuer } from "../../support/oidc-issuer.ts";
import { loadCatalogue } from "../../../api/domain/catalogue/load.ts";
import { writePrices } from "../../../api/domain/catalogue/write-prices.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  embeddedPostgres,
  newDataDir,
  runServer,
  startServer,
  type ReadyServer,
} from "../../support/server.ts";
import { queryAsOwner } from "./witness.ts";

const DEFAULT_SITE = new URL("../../../api/domain/catalogue/default-site.json", import.meta.url);
const OPERATOR_TOKEN = "aifop_a-token-for-this-test-alone";

let folder: ReturnType<typeof newDataDir>;
let testDatabase: TestDatabase;
beforeAll(async () => {
  folder = newDataDir();
  testDatabase = await createTestDatabase();
});
afterAll(async () => {
  await folder?.remove();
  await testDatabase?.drop();
});

/** Exit code 1 and a message, within seconds, with no stack of ours and no PostgreSQL left behind. */
async function expectRefused(env: Record<string, string>, ...words: (string | RegExp)[]) {
  const { code, signal, output } = await runServer({ AIFACTORY_DATA_DIR: folder.path, ...env });
  expect({ code, signal }, output).toEqual({ code: 1, signal: null });
  for (const word of words) expect(output).toMatch(word);
  expect(output).not.toMatch(/^ +at .*\.ts:\d+/m);
  expect(embeddedPostgres(folder.path)).toBeNull();
}

function siteFile(change: (site: any) => void): string {
  const site = JSON.parse(readFileSync(DEFAULT_SITE, "utf8"));
  change(site);
  const path = join(folder.path, `site-${randomUUID()}.json`);
  writeFileSync(path, JSON.stringify(site));
  return path;
}

test("ID-5 production refuses simulated regions", () =>
  expectRefused({ NODE_ENV: "production" }, /NODE_ENV=production refuses simulated regions/));

test("variables that are wrong are all named", () =>
  expectRefused(
    {
      PORT: "http",
      DATABASE_URL: "mysql://somewhere",
      AIFACTORY_OPERATOR_TOKEN: "short",
      LOG_LEVEL: "loud",
    },
    /^ *PORT: must be a port/m,
    /DATABASE_URL: must be a postgres:\/\/ URL/,
    /AIFACTORY_OPERATOR_TOKEN: must have at least 24 characters/,
    /LOG_LEVEL: /,
  ));

test("variables that need one another are refused alone", () =>
  expectRefused(
    { DATABASE_ADMIN_URL: testDatabase.adminUrl, OIDC_ISSUER: "http://127.0.0.1:1" },
    /DATABASE_URL: is needed beside DATABASE_ADMIN_URL/,
    /OIDC_ISSUER and OIDC_AUDIENCE go together/,
  ));

test.each(["70000", "-1", "8080.5", " ", "0x50"])("a PORT of %j is refused by name", (PORT) => {
  expect(() => readConfig({ PORT })).toThrow("PORT: must be a port, 0 to 65535");
});

test("a DATABASE_URL of the owner's role is refused, and no connection keeps the process", async () => {
  const startedAt = performance.now();
  await expectRefused(
    { DATABASE_URL: testDatabase.adminUrl },
    /DATABASE_URL signs in as "aifactory_owner", which may alter the schema/,
  );
  expect(performance.now() - startedAt).toBeLessThan(8000);
});

test("a database without schema is refused where nobody may migrate it", async () => {
  const { adminUrl, applicationUrl } = inject("postgres");
  const name = `empty_${randomUUID().replaceAll("-", "")}`;
  await queryAsOwner(adminUrl, `create database ${name}`);
  const url = new URL(applicationUrl);
  url.pathname = name;
  await expectRefused({ DATABASE_URL: url.href }, /no schema yet. Set DATABASE_ADMIN_URL/);
  await queryAsOwner(adminUrl, `drop database ${name} with (force)`);
});

test("a database that does not answer is named without its password", async () => {
  const url = "postgres://somebody:secret@127.0.0.1:1/nothing";
  const { output, code } = await runServer({ DATABASE_URL: url });
  expect(code).toBe(1);
  expect(output).toMatch(/127\.0\.0\.1:1/);
  expect(output).not.toContain("secret");
});

test("a site file that is wrong is named with the field", async () => {
  const path = siteFile((site) => {
    site.flavors[0].prices[0].USD = 2.5;
    site.regions[1].clusters[0].nodes = [];
  });
  await expectRefused(
    { AIFACTORY_SITE_FILE: path },
    path,
    /flavors\W+0\W+prices\W+0\W+USD/,
    /regions\W+1\W+clusters\W+0\W+nodes/,
  );
});

test("CAT-2 a site file with another price for what has been charged is refused, and says how to change it", async () => {
  await writePrices(testDatabase.database, loadCatalogue(null));
  const path = siteFile((site) => {
    site.flavors[0].prices[0].USD = "2.60";
  });
  const { url: DATABASE_URL, adminUrl: DATABASE_ADMIN_URL } = testDatabase;
  await expectRefused(
    { AIFACTORY_SITE_FILE: path, DATABASE_URL, DATABASE_ADMIN_URL },
    /add the new ones with an effectiveFrom from then on/,
    /h100-sxm5-1: .*2\.60 USD.* instead of .*2\.50 USD/,
  );
});

test("a site file that is none, or is not there, is named", async () => {
  const path = join(folder.path, "broken.json");
  writeFileSync(path, "{ regions");
  await expectRefused({ AIFACTORY_SITE_FILE: path }, path);
  await expectRefused({ AIFACTORY_SITE_FILE: `${path}.none` }, `${path}.none`);
});

test("a port in use is said in a sentence, and the PostgreSQL started for it is stopped", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = taken.address() as AddressInfo;
  await expectRefused({ PORT: String(port) }, `Port ${port} of 127.0.0.1 is in use`);
  await new Promise((resolve) => taken.close(resolve));
});

test("a data folder that cannot be made is named", async () => {
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  const { code, output } = await runServer({ AIFACTORY_DATA_DIR: join(file, "below") });
  expect(code).toBe(1);
  expect(output).toContain(join(file, "below"));
});

test("a data folder in use is refused with its process, and that one goes on", async () => {
  const path = join(folder.path, "shared");
  mkdirSync(path);
  const first = await startServer({ AIFACTORY_DATA_DIR: path });
  try {
    const second = await runServer({ AIFACTORY_DATA_DIR: path });
    expect(second.code).toBe(1);
    expect(second.output).toContain(`is in use by process ${first.pid}`);
    expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  } finally {
    await first.end("SIGTERM");
  }
});

test("ID-5 beside an external issuer the clock moves, but nothing is minted and no local token is taken", async () => {
  const issuer = await startOidcIssuer();
  let server: ReadyServer | undefined;
  try {
    server = await startServer({
      AIFACTORY_DATA_DIR: folder.path,
      DATABASE_URL: testDatabase.url,
      OIDC_ISSUER: issuer.issuer,
      OIDC_AUDIENCE: issuer.audience,
      AIFACTORY_OPERATOR_TOKEN: OPERATOR_TOKEN,
    });
    const operator = createClient({ url: server.url, token: OPERATOR_TOKEN, retries: 0 });
    const body = { organizationId: "org_00000000000000000000000000", email: "a@example.com" };
    const refused = await operator.mintToken({ body }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(AiFactoryError);
    expect(refused).toMatchObject({ status: 409, code: "local_issuer_off" });
    // The site is simulated all the same: its clock is the operator's to move.
    const { now } = await operator.getClock();
    const moved = await operator.advanceClock({ body: { seconds: 60 } });
    expect(Date.parse(moved.now)).toBeGreaterThanOrEqual(Date.parse(now) + 60_000);
    const person = createClient({ url: server.url, token: await issuer.signIn("ada") });
    expect(await person.getMe()).toMatchObject({ kind: "user" });
    const local = await localIssuer(testDatabase.database);
    const identity = { subject: "owner@local", email: "owner@local", name: "Owner" };
    const token = await local.issue(identity, { expiresInSeconds: 60 });
    const stranger = createClient({ url: server.url, token });
    await expect(stranger.getMe()).rejects.toMatchObject({ status: 401 });
  } finally {
    await server?.end("SIGTERM");
    await issuer.stop();
  }
});

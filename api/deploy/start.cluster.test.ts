import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { until } from "../../test/support/cluster/until.ts";
import { createTestDatabase, type TestDatabase } from "../../test/support/database.ts";
import { startServer, type ReadyServer } from "../../test/support/server.ts";
import { CONFIG_FOLDER } from "./site-file.ts";
import { exampleStack, SECRET_KEYS } from "./testing/example-stack.ts";
import { renderedObjects, type KubernetesObject } from "./testing/rendered-objects.ts";

describe("what is deployed, started here", () => {
  let folder: string;
  let database: TestDatabase;
  let objects: readonly KubernetesObject[];

  beforeAll(async () => {
    const kubeconfig = readFileSync(inject("cluster").kubeconfigs.controlPlane, "utf8");
    const kubeconfigs = JSON.stringify({ "hanoi-1": kubeconfig, "tokyo-1": kubeconfig });
    const { caCertificates: _, ...stack } = exampleStack;
    ({ objects } = await renderedObjects({ ...stack, kubeconfigs }, SECRET_KEYS));
    folder = mkdtempSync(join(tmpdir(), "aifactory-start-"));
    database = await createTestDatabase();
    mount();
  });
  afterAll(async () => {
    await database?.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  const templateOf = (kind: string) => objects.find((it) => it.kind === kind)!.spec.template.spec;
  const named = (kind: string, name: string) =>
    objects.find((it) => it.kind === kind && it.metadata.name === name)!;

  /** What a replica finds under `CONFIG_FOLDER`, in a folder of ours. */
  function mount(): void {
    const [{ configMap }, { secret }] = templateOf("Deployment").volumes[0].projected.sources;
    const write = (path: string, content: string) => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content.replaceAll(CONFIG_FOLDER, folder));
    };
    const files: Record<string, string> = named("ConfigMap", configMap.name).data;
    for (const [path, content] of Object.entries(files)) write(path, content);
    const { stringData } = named("Secret", secret.name);
    for (const { key, path } of secret.items) write(path, stringData[key]);
  }

  /** A container's environment, but for the database and the ports of this machine. */
  function environmentOf(kind: string): Record<string, string> {
    const [{ env, envFrom }] = templateOf(kind).containers;
    const given: Record<string, string> = {
      ...Object.fromEntries(env.map((it: any) => [it.name, it.value])),
      ...named("Secret", envFrom[0].secretRef.name).stringData,
    };
    const here: Record<string, string> = {
      DATABASE_URL: database.url,
      DATABASE_ADMIN_URL: database.adminUrl,
      AIFACTORY_SITE_FILE: join(folder, "site.json"),
      HOST: "127.0.0.1",
      PORT: "0",
      METRICS_PORT: "0",
      ACCESS_CHECK_PORT: "0",
    };
    return Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, here[name] ?? value]),
    );
  }

  test("migrates; then two replicas in production share clusters that are real, and drain", async () => {
    const env = { PATH: process.env["PATH"], ...environmentOf("Job") };
    const said = execFileSync(process.execPath, templateOf("Job").containers[0].command.slice(1), {
      env,
      encoding: "utf8",
    });
    expect(said).toBe("The schema is up to date.\n");

    const replicas: ReadyServer[] = [];
    for (const _ of [1, 2]) replicas.push(await startServer(environmentOf("Deployment")));
    for (const { url } of replicas) {
      const ready = await fetch(`${url}/readyz`);
      expect(await ready.json()).toMatchObject({ status: "ok", simulated: false });
    }
    const owners = async () =>
      (await database.asOwner("select owner from clusters")).rows.map(
        ({ owner }) => owner !== null,
      );
    await until(owners, (owned) => owned.length === 2 && owned.every(Boolean));
    const ends = await Promise.all(replicas.map((it) => it.end("SIGTERM")));
    expect(ends).toEqual(replicas.map(() => ({ code: 0, signal: null })));
    expect(await owners()).toEqual([false, false]);
  }, 180_000);
});

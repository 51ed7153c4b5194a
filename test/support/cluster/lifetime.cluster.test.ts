import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRunning } from "../server.ts";
import { Component } from "./component.ts";
import { connect } from "./connect.ts";
import { newDataFolder, removeDataFolder } from "./data-folder.ts";
import { untilReady } from "./ready.ts";
import { startCluster, type StartedCluster } from "./start.ts";
import { until } from "./until.ts";

describe("a cluster of one's own", () => {
  let cluster: StartedCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  const namespaces = async () => {
    const { items } = await connect(cluster.kubeconfigs.admin).core.listNamespace();
    return items.map(({ metadata }) => metadata!.name);
  };

  test("the API server is started again with all it had", async () => {
    const { core } = connect(cluster.kubeconfigs.admin);
    await core.createNamespace({ body: { metadata: { name: "kept" } } });
    await cluster.restartApiServer();
    expect(await namespaces()).toContain("kept");
  });

  test("a component that is paused answers nobody until it goes on", async () => {
    const { etcd } = cluster.components;
    etcd.pause();
    let answered = false;
    const asked = namespaces().then(() => (answered = true));
    await expect(Promise.race([asked, after(500)])).resolves.toBe("late");
    expect(answered).toBe(false);
    etcd.resume();
    expect(await asked).toBe(true);
  });

  test("the control plane may do what the shipped ClusterRole says, and no more", async () => {
    const { core } = connect(cluster.kubeconfigs.controlPlane);
    expect((await core.listNode()).items).toEqual([]);
    await expect(core.listSecretForAllNamespaces()).rejects.toMatchObject({ code: 403 });
    await expect(core.deleteNode({ name: "any" })).rejects.toMatchObject({ code: 403 });
  });

  test("a program that ends at its start is named, with its last words", async () => {
    const folder = newDataFolder();
    const sick = new Component("etcd", "/bin/sh", ["-c", "echo no room; exit 1"], folder);
    sick.start();
    const ready = untilReady("http://127.0.0.1:1/", [sick]);
    await expect(ready).rejects.toThrow(/etcd ended at its start[\s\S]*no room/);
    await removeDataFolder(folder);
  });

  test("nothing runs on when whoever started a cluster is killed", async () => {
    const script = fileURLToPath(new URL("start-process.ts", import.meta.url));
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids.map(isRunning)).toEqual(pids.map(() => true));
    child.kill("SIGKILL");
    await until(
      async () => pids.filter(isRunning),
      (left) => left.length === 0,
    );
  });
});

const after = (milliseconds: number) =>
  new Promise<"late">((resolve) => void setTimeout(resolve, milliseconds, "late"));

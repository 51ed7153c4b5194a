import { get, type RequestOptions } from "node:https";
import { PassThrough, Readable } from "node:stream";
import { Exec, type KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { podHttp } from "../../../api/adapters/kubernetes/activity/pod-http.ts";
import { writeLogs } from "./logs.ts";
import { endProcess } from "./processes.ts";
import { openPods, type Pods } from "./pods.ts";
import { servePod } from "./serve-pod.ts";
import { openTestCluster, type TestCluster } from "./test-cluster.ts";
import { until } from "./until.ts";

describe("what the API server asks of simulated nodes", () => {
  let cluster: TestCluster;
  let pods: Pods;
  let node: string;
  beforeAll(async () => {
    cluster = openTestCluster();
    [node] = (await cluster.addGpuNodes(1)) as [string];
    pods = await openPods(cluster, "kubelet");
    for (const name of ["talking", "silent"]) await pods.create(name, 1);
    for (const name of ["talking", "silent"]) await pods.isReady(name);
  });
  afterAll(() => cluster?.close());

  const pod = (name: string) => ({ namespace: pods.namespace, name });

  test("a Pod's logs are its own, and can be followed", async () => {
    const { core, config } = cluster.admin;
    expect(await core.readNamespacedPodLog(pod("talking"))).toBe("");
    await writeLogs(cluster.admin, pod("talking"), ["one", "two"]);
    await until(
      () => core.readNamespacedPodLog({ ...pod("talking"), tailLines: 1 }),
      (it) => it === "two\n",
    );
    expect(await core.readNamespacedPodLog(pod("silent"))).toBe("");

    const stop = new AbortController();
    const received = await follow(config, `${pods.namespace}/pods/talking`, stop.signal);
    await until(received, (it) => it === "one\ntwo\n");
    await writeLogs(cluster.admin, pod("talking"), ["three"]);
    await until(received, (it) => it === "one\ntwo\nthree\n");
    stop.abort();
  });

  test("a log ends with its process, and the next one begins anew", async () => {
    const { core, config } = cluster.admin;
    const end = { exitCode: 1, pauseMs: 3000 };
    await writeLogs(cluster.admin, pod("silent"), ["last words"]);
    const received = await follow(config, `${pods.namespace}/pods/silent`);
    const { restarted } = await endProcess(cluster.admin, pod("silent"), end);
    await until(received, (it) => it === "last words\n(ended)");
    expect(await core.readNamespacedPodLog(pod("silent"))).toBe("last words\n");
    await restarted;
    expect(await core.readNamespacedPodLog(pod("silent"))).toBe("");
    expect(await core.readNamespacedPodLog({ ...pod("silent"), previous: true })).toBe(
      "last words\n",
    );
  });

  test("a command runs in a Pod, with input, output and its exit code", async () => {
    let output = "";
    const stream = new PassThrough({ encoding: "utf8" });
    stream.on("data", (chunk: string) => (output += chunk));
    const status = await new Promise<object>((resolve) => {
      const command = ["/bin/sh", "-c", "read word; echo said $word; exit 3"];
      const input = Readable.from(["hello\n"]);
      const exec = new Exec(cluster.admin.config);
      const { namespace } = pods;
      void exec.exec(namespace, "silent", "main", command, stream, null, input, false, resolve);
    });
    await until(
      async () => output,
      (it) => it === "said hello\n",
    );
    expect(status).toMatchObject({
      status: "Failure",
      details: { causes: [{ reason: "ExitCode", message: "3" }] },
    });
  });

  test("a terminal is one, and ends with the Pod's process", async () => {
    const { namespace } = pods;
    await pods.create("ending", 1);
    await pods.isReady("ending");
    let output = "";
    const stream = new PassThrough({ encoding: "utf8" });
    stream.on("data", (chunk: string) => (output += chunk));
    const input = new PassThrough();
    const ended = Promise.withResolvers<object>();
    const exec = new Exec(cluster.admin.config);
    const command = ["/bin/sh"];
    await exec.exec(namespace, "ending", "main", command, stream, null, input, true, ended.resolve);
    input.write("tty && echo it is\n");
    await until(
      async () => output,
      (it) => /\/dev\/pts\/\d+\s+it is/.test(it),
    );
    await endProcess(cluster.admin, pod("ending"), { exitCode: 1, pauseMs: 60_000 });
    expect(await ended.promise).toMatchObject({
      details: { causes: [{ reason: "ExitCode", message: "137" }] },
    });
    await pods.remove("ending");
  });

  test("a port of a Pod is forwarded", async () => {
    const { config } = cluster.admin;
    const get = podHttp(config, { ...pods, pod: "silent", port: 8888, token: "secret" });
    const read = async () => {
      const { status, body } = await get("/api/status", AbortSignal.timeout(5000));
      return `${status} ${Buffer.concat(await Array.fromAsync(body!)).toString()}`;
    };
    await expect(read()).rejects.toThrow();
    const server = await servePod(cluster.admin, pod("silent"), 8888, (request, response) =>
      response.end(`${request.headers.authorization} asked for ${request.url}`),
    );
    expect(await read()).toBe("200 token secret asked for /api/status");
    server.stop();
  });

  test("nobody but the API server may run a command through the kubelet", async () => {
    const { status } = await cluster.admin.core.readNode({ name: node });
    const { address } = status!.addresses!.find(({ type }) => type === "InternalIP")!;
    const url = `https://${address}:${status!.daemonEndpoints!.kubeletEndpoint!.Port}/exec/a/b/c`;
    const answer = new Promise((resolve, reject) => {
      get(url, { rejectUnauthorized: false }, resolve).on("error", reject);
    });
    await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/TLS|ECONNRESET/) });
  });
});

/** Answers what has come so far. (The client's own `Log` throws where nobody can catch it when it is aborted.) */
async function follow(config: KubeConfig, pod: string, signal?: AbortSignal) {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const url = `${config.getCurrentCluster()!.server}/api/v1/namespaces/${pod}/log?follow=true`;
  let text = "";
  const request = get(url, options, (response) => {
    response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    response.on("error", () => {}).on("end", () => (text += "(ended)"));
  });
  request.on("error", () => {});
  signal?.addEventListener("abort", () => request.destroy());
  return async () => text;
}

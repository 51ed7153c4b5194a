import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { expect, onTestFinished, test, vi } from "vitest";
import { ClusterUnavailable } from "#ports/cluster.ts";
import { KubernetesClient } from "./client.ts";

type Answer = { status: number; body: object };

const conflict = (reason: string): Answer => ({ status: 409, body: { reason, message: reason } });
const done: Answer = { status: 200, body: { metadata: { name: "p" } } };

/** A client of a server that answers so, one request after another, and then the last again and again. */
async function clientOf(answers: Answer[], mayWrite?: () => boolean, caFile?: string) {
  const sent: string[] = [];
  const connections = new Set<Socket>();
  const server = createServer((request, response) => {
    const { status, body } = answers[Math.min(sent.length, answers.length - 1)]!;
    sent.push(request.method!);
    connections.add(request.socket);
    response.writeHead(status, { "Retry-After": "0" }).end(JSON.stringify(body));
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    {
      name: "c",
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      skipTLSVerify: true,
      ...(caFile && { caFile }),
    },
    { name: "u" },
  );
  const client = new KubernetesClient(config, mayWrite);
  onTestFinished(async () => {
    await client.close();
    server.close();
  });
  return { client, sent, connections };
}

const PATH = "/api/v1/namespaces/n/pods/p";
const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } };

test("RES-5 a write that was throttled for longer than its cluster belonged to us is not sent again", async () => {
  const held = { writes: true };
  const { client, sent } = await clientOf([{ status: 429, body: {} }], () => {
    const may = held.writes;
    held.writes = false;
    return may;
  });
  await expect(client.delete(PATH)).rejects.toThrow(ClusterUnavailable);
  expect(sent).toEqual(["DELETE"]);
});

test("RES-5 an apply that another writer overtook is sent again, a few times", async () => {
  const overtaken = await clientOf([conflict("Conflict"), conflict("Conflict"), done]);
  expect(await overtaken.client.apply(PATH, object)).toMatchObject({ metadata: { name: "p" } });
  expect(overtaken.sent).toEqual(["PATCH", "PATCH", "PATCH"]);
  const again = await clientOf([conflict("Conflict")]);
  await expect(again.client.apply(PATH, object)).rejects.toMatchObject({ status: 409 });
  expect(again.sent).toHaveLength(4);
});

test("RES-5 another conflict, or a removal of what has changed since, is answered as it is", async () => {
  const other = await clientOf([conflict("AlreadyExists"), done]);
  await expect(other.client.apply(PATH, object)).rejects.toMatchObject({ status: 409 });
  expect(other.sent).toEqual(["PATCH"]);
  const changed = await clientOf([conflict("Conflict"), done]);
  const preconditions = { resourceVersion: "7" };
  await expect(changed.client.delete(PATH, { preconditions })).rejects.toMatchObject({
    reason: "Conflict",
  });
  expect(changed.sent).toEqual(["DELETE"]);
});

test("removals, which have bodies, leave the connection to whoever is next", async () => {
  const { client, sent, connections } = await clientOf([done]);
  for (let i = 0; i < 10; i++) await client.delete(PATH, { preconditions: { uid: "1" } });
  expect(sent).toHaveLength(10);
  // A second one where the first is not quite free yet.
  expect(connections.size).toBeLessThanOrEqual(2);
});

test("the authority that vouches for the API server may be replaced on disk", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const folder = mkdtempSync(join(tmpdir(), "aifactory-client-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const caFile = join(folder, "ca.crt");
  writeFileSync(caFile, "one");
  const { client, connections } = await clientOf([done], undefined, caFile);
  const connectionsLater = async () => {
    vi.advanceTimersByTime(31_000);
    await client.get(PATH);
    // Until the connection is free.
    await sleep(50);
    return connections.size;
  };
  expect(await connectionsLater()).toBe(1);
  expect(await connectionsLater()).toBe(1);
  writeFileSync(caFile, "another");
  // The old ones trusted the old one.
  expect(await connectionsLater()).toBe(2);
  expect(await connectionsLater()).toBe(2);
});

test("what goes on is counted apart from what is answered", async () => {
  const { client } = await clientOf([done]);
  await client.get(PATH);
  for await (const _ of await client.stream(PATH, { watch: true }, new AbortController().signal));
  expect(client.counts).toEqual({ GET: 1, WATCH: 1 });
});

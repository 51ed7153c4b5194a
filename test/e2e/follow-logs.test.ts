import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createClient, followLogs } from "@aifactory/sdk";
import type { SimulatedCluster } from "../../api/adapters/simulator/simulated-cluster.ts";
import { keyOf } from "../../api/domain/ids.ts";
import { attachPolicy, writePolicy } from "../support/fixture-targets.ts";
import { makeToken, must } from "../support/fixture.ts";
import { startRunningSite, type RunningSite } from "../support/running-site.ts";
import type { Person } from "../support/site.ts";

const LIVE = { checkMs: 100, blindMs: 300, heartbeatMs: 50, lingerMs: 200, logsPerPrincipal: 3 };

let site: RunningSite;
let workspaceId: string;
beforeAll(async () => {
  site = await startRunningSite({ live: LIVE });
  workspaceId = await site.createWorkspace();
});
afterAll(() => site?.stop());

async function create(token = site.ownerToken): Promise<string> {
  const body = { name: "trainer", region: "hanoi", flavor: "h100-sxm5-1", image: "ubuntu:24.04" };
  const path = `/v1/workspaces/${workspaceId}/containers`;
  return (await must(site.ask("POST", path, body, token))).id;
}

async function running(token?: string): Promise<string> {
  const id = await create(token);
  await site.pass(30);
  return id;
}

let people = 0;
function member(): Promise<Person> {
  return site.mint(`member-${(people += 1)}@example.com`, { [workspaceId]: "Member" });
}

const logsOf = (id: string, query = "") => `/v1/containers/${id}/logs${query}`;

/** Follows a log as any HTTP client would; `text` grows. */
async function follow(id: string, token = site.ownerToken) {
  const response = await fetch(`${site.url}${logsOf(id, "?follow=true")}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status, await (response.ok ? "" : response.clone().text())).toBe(200);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const followed = { headers: response.headers, text: "", ended: Promise.resolve(), reader };
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      followed.text += value;
    }
  };
  followed.ended = read();
  return followed;
}

/** The problem that a log breaks off with. */
async function problemAtTheEnd(followed: Awaited<ReturnType<typeof follow>>) {
  await followed.ended;
  const [last] = /event: problem\ndata: (.+)\n\n$/.exec(followed.text)?.slice(1) ?? [];
  expect(last, followed.text).toBeDefined();
  return JSON.parse(last!);
}

test("RES-6 a followed log tells what is there, what is added, and that the process has ended", async () => {
  const id = await create();
  const client = createClient({ url: site.url, token: site.ownerToken });
  const lines: string[] = [];
  const following = (async () => {
    for await (const line of followLogs(client, { containerId: id })) lines.push(line);
  })();
  const followed = await follow(id);
  expect(followed.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(followed.headers.get("cache-control")).toBe("no-store");
  await site.pass(30);
  const all: string[] = (await must(site.ask("GET", logsOf(id)))).lines;
  expect(all.at(-1)).toMatch(/ Ready\.$/);
  await vi.waitFor(() => expect(lines).toEqual(all), 5000);
  const late = followLogs(client, { containerId: id }, { tailLines: 1 });
  expect(await late.next()).toEqual({ done: false, value: all.at(-1) });
  const cluster = site.site.clusters.get("hanoi-1") as SimulatedCluster;
  const match = { resourceId: keyOf(id) };
  await cluster.injectFailure({ match, failure: "exit", exitCode: 0, count: 1 });
  await Promise.all([followed.ended, following]);
  expect(lines.at(-1)).toMatch(/ The process ended with exit code 0\.$/);
  expect(followed.text).toMatch(/^(:\n\n){2}/);
  const events = followed.text.split("\n\n").filter((it) => it !== "" && it !== ":");
  expect(events).toEqual([
    ...lines.map((line) => `data: ${JSON.stringify({ line })}`),
    "event: end\ndata: {}",
  ]);
  expect(await Array.fromAsync(late)).toEqual(lines.slice(-1));
});

test("RES-6 the last lines, and those since a moment", async () => {
  const id = await running();
  const { lines } = await must(site.ask("GET", logsOf(id)));
  expect(lines.length).toBeGreaterThan(1);
  expect(await must(site.ask("GET", logsOf(id, "?tailLines=1")))).toEqual({
    lines: lines.slice(-1),
  });
  const recent = await must(site.ask("GET", logsOf(id, "?sinceSeconds=3600")));
  expect(recent).toEqual({ lines });
  await site.pass(10);
  expect(await must(site.ask("GET", logsOf(id, "?sinceSeconds=5")))).toEqual({ lines: [] });
});

test("RES-6 an answer has the newest lines that fit into it", async () => {
  const id = await running();
  const cluster = site.site.clusters.get("hanoi-1")!;
  const lines = Array.from({ length: 100 }, (_, number) => `${number} ${"x".repeat(100_000)}`);
  const logs = async function* () {
    yield* lines;
  };
  const clusters = site.site.clusters as Map<string, typeof cluster>;
  clusters.set("hanoi-1", Object.assign(Object.create(cluster), { logs }));
  const answer = await must(site.ask("GET", logsOf(id, "?tailLines=100")));
  clusters.set("hanoi-1", cluster);
  expect(answer.lines.length).toBeGreaterThan(30);
  expect(answer.lines).toEqual(lines.slice(-answer.lines.length));
  expect(answer.lines.join("").length).toBeLessThan(4 * 1_048_576);
});

test("RBAC-6 a member who is removed meanwhile loses the log", async () => {
  const { token, userId } = await member();
  const id = await running(token);
  const followed = await follow(id, token);
  await must(site.ask("DELETE", `/v1/workspaces/${workspaceId}/members/${userId}`));
  expect(await problemAtTheEnd(followed)).toMatchObject({ status: 404, code: "not_found" });
});

test("ID-3 a token that is revoked meanwhile loses the log", async () => {
  const id = await running();
  const { id: tokenId, token } = await makeToken(site, site.ownerToken);
  const client = createClient({ url: site.url, token });
  const seen = Array.fromAsync(followLogs(client, { containerId: id })).catch((error) => error);
  const followed = await follow(id, token);
  await must(site.ask("DELETE", `/v1/tokens/${tokenId}`));
  expect(await problemAtTheEnd(followed)).toMatchObject({ status: 401, code: "unauthenticated" });
  expect(await seen).toMatchObject({ code: "unauthenticated", status: 401 });
});

test("POL-3 ORG-4 a Policy that denies access, and a Service that is disabled, end it", async () => {
  const { token } = await member();
  const id = await running(token);
  const followed = await follow(id, token);
  const policyId = await writePolicy(site, [
    { effect: "Allow", service: "container", regions: "*", actions: ["container:read"] },
  ]);
  await attachPolicy({ site, workspaceId }, { policyId });
  expect(await problemAtTheEnd(followed)).toMatchObject({ status: 403, code: "policy_denied" });
  const owners = await follow(id);
  const service = `/v1/workspaces/${workspaceId}/services/container`;
  await must(site.ask("DELETE", service));
  expect(await problemAtTheEnd(owners)).toMatchObject({ code: "service_not_enabled" });
  await must(site.ask("PUT", service, { regions: ["hanoi", "tokyo"] }));
  await must(site.ask("DELETE", `/v1/workspaces/${workspaceId}/policies/${policyId}`));
});

test("RES-6 a cluster that does not answer breaks it off, to be followed again", async () => {
  const id = await running();
  const cluster = site.site.clusters.get("hanoi-1") as SimulatedCluster;
  const client = createClient({ url: site.url, token: site.ownerToken });
  const seen = Array.fromAsync(followLogs(client, { containerId: id })).catch((error) => error);
  const followed = await follow(id);
  const match = { resourceId: keyOf(id) };
  const failure = await cluster.injectFailure({ match, failure: "apiErrors" });
  expect(await problemAtTheEnd(followed)).toMatchObject({ status: 503, code: "unavailable" });
  expect(await seen).toMatchObject({ code: "unavailable", status: 503 });
  await cluster.clearFailures(failure.id);
});

test("RES-6 so many logs at a time; whoever leaves makes room", async () => {
  const id = await running();
  const open = [await follow(id), await follow(id), await follow(id)];
  const client = createClient({ url: site.url, token: site.ownerToken, retries: 0 });
  const one = Array.fromAsync(followLogs(client, { containerId: id }));
  await expect(one).rejects.toMatchObject({ code: "too_many_requests", status: 429 });
  await open[0]!.reader.cancel();
  await sleep(100);
  const abort = new AbortController();
  const another = (async () => {
    for await (const _ of followLogs(client, { containerId: id }, { signal: abort.signal }))
      abort.abort(new Error("enough"));
  })();
  await expect(another).rejects.toThrow("enough");
  for (const { reader } of open) await reader.cancel();
});

test("RBAC-3 a Member follows only what it created; what a caller may not know of is 404", async () => {
  const id = await running();
  const path = logsOf(id, "?follow=true");
  const { token } = await member();
  expect((await site.ask("GET", path, undefined, token)).body).toMatchObject({ status: 403 });
  const outsider = await site.createOrganization("outside");
  const asked = await site.ask("GET", path, undefined, outsider.token);
  expect(asked.body).toMatchObject({ status: 404, code: "not_found" });
  expect((await site.request("GET", path)).status).toBe(401);
});

test("RES-6 a server that stops says so to whoever follows a log, and takes nobody more", async () => {
  const id = await running();
  const followed = await follow(id);
  site.live.drain();
  expect(await problemAtTheEnd(followed)).toMatchObject({
    status: 503,
    code: "unavailable",
    retryAfterSeconds: 1,
  });
  const late = await site.ask("GET", logsOf(id, "?follow=true"));
  expect(late.body).toMatchObject({ status: 503, code: "unavailable" });
});

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SimulatedCluster } from "../../api/adapters/simulator/simulated-cluster.ts";
import { keyOf } from "../../api/domain/ids.ts";
import { attachPolicy, writePolicy } from "../support/fixture-targets.ts";
import { makeToken, must } from "../support/fixture.ts";
import { startRunningSite, type RunningSite } from "../support/running-site.ts";
import type { Person } from "../support/site.ts";
import { createClient, openTerminal as openBySdk } from "@aifactory/sdk";
import { openTerminal, type TerminalOptions } from "../support/terminal.ts";

const LIVE = { checkMs: 100, blindMs: 300, heartbeatMs: 5000, lingerMs: 200 };

let site: RunningSite;
let workspaceId: string;
/** Of the Owner, and running. */
let shared: string;
beforeAll(async () => {
  site = await startRunningSite({ live: LIVE, publicUrl: "https://ai.example.com" });
  workspaceId = await site.createWorkspace();
  shared = await running();
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

const open = (options: TerminalOptions = {}, id = shared) =>
  openTerminal(`${site.url}/v1/containers/${id}`, { token: site.ownerToken, ...options });

async function events(id: string) {
  const path = `/v1/organizations/${site.organizationId}/audit-events?action=openContainerTerminal&limit=200`;
  const { items } = await must(site.ask("GET", path));
  return items.filter((event: { target: { id: string } }) => event.target.id === id);
}

describe("a terminal", () => {
  test("RES-6 joins a shell: what is typed and what is written, its size, its end", async () => {
    const terminal = await open({ query: "?columns=120&rows=40" });
    await terminal.shows("This is a simulated terminal");
    terminal.socket.send(JSON.stringify({ type: "resize", columns: 200, rows: 50 }));
    for (const char of "echo one two\r") terminal.type(char);
    await terminal.shows("\r\none two\r\n");
    terminal.type("exit 7\r");
    expect(await terminal.closed).toEqual({ code: 1000, reason: "" });
    expect(terminal.told).toEqual([{ type: "exit", exitCode: 7 }]);
  });

  test("AUD-1 is in the audit log before anything is shown; so is one that is refused", async () => {
    const id = await running();
    const terminal = await open({}, id);
    expect(await events(id)).toMatchObject([
      { outcome: "SUCCESS", scope: "Service", category: "Containers", target: { name: "trainer" } },
    ]);
    terminal.socket.close();
    const { token } = await member();
    await expect(open({ token }, id)).rejects.toMatchObject({ status: 403 });
    expect((await events(id))[0]).toMatchObject({ outcome: "FAILED", reason: "forbidden" });
    await terminal.closed;
  });

  test("ID-1 takes the token as a sub-protocol where there are no headers, and never shows it", async () => {
    const bearer = `aifactory.bearer.${Buffer.from(site.ownerToken).toString("base64url")}`;
    const protocols = ["aifactory.terminal.v1", bearer];
    const terminal = await open({ token: null, protocols });
    expect(terminal.socket.protocol).toBe("aifactory.terminal.v1");
    await terminal.shows("simulated$ ");
    terminal.socket.close();
    for (const [wrong, protocols] of [
      ["none", []],
      ["no token", ["aifactory.terminal.v1"]],
      ["garbage", ["aifactory.terminal.v1", "aifactory.bearer.Z2FyYmFnZQ"]],
      ["line breaks", ["aifactory.bearer.YQpiOiBj"]],
    ] as const) {
      const refused = open({ token: null, protocols: [...protocols] });
      await expect(refused, wrong).rejects.toMatchObject({
        status: 401,
        body: { code: "unauthenticated" },
      });
    }
  });

  test("RES-6 of elsewhere's pages is refused, and so is what is no WebSocket", async () => {
    await expect(open({ origin: "https://evil.example" })).rejects.toMatchObject({
      status: 400,
      body: { code: "invalid_input", errors: [{ pointer: "Origin", code: "foreign_origin" }] },
    });
    await expect(open({ origin: "null" })).rejects.toMatchObject({ status: 400 });
    for (const origin of [site.url, "https://ai.example.com"]) {
      const terminal = await open({ origin });
      terminal.socket.close();
    }
    const path = `/v1/containers/${shared}/terminal`;
    const plain = await site.ask("GET", path);
    expect(plain.body).toMatchObject({ status: 426, code: "upgrade_required" });
    await expect(open({ query: "?columns=0" })).rejects.toMatchObject({
      status: 400,
      body: { errors: [{ pointer: "?columns" }] },
    });
  });

  test("RES-6 needs a process, and the audit log knows who asked for one", async () => {
    const id = await create();
    await expect(open({}, id)).rejects.toMatchObject({
      status: 409,
      body: { code: "invalid_state", currentStatus: "PROCESSING" },
    });
    expect(await events(id)).toMatchObject([{ outcome: "FAILED", reason: "invalid_state" }]);
  });

  test("ID-3 is no reading: a token that may only read opens none", async () => {
    const { token } = await makeToken(site, site.ownerToken, { readOnly: true });
    await expect(open({ token })).rejects.toMatchObject({
      status: 403,
      body: { code: "token_read_only" },
    });
  });
});

describe("the SDK's terminal", () => {
  const client = () => createClient({ url: site.url, token: site.ownerToken });
  const textOf = async (output: AsyncIterable<Uint8Array>) =>
    Buffer.concat(await Array.fromAsync(output)).toString();

  test("RES-6 is a stream of what is written, and an exit code", async () => {
    const terminal = await openBySdk(client(), { containerId: shared }, { columns: 100 });
    terminal.resize({ columns: 120, rows: 40 });
    terminal.write(`echo ${"x".repeat(3000)}\r`);
    terminal.write(Buffer.from("exit 4\r"));
    expect(await textOf(terminal.output)).toContain(`\r\n${"x".repeat(3000)}\r\n`);
    expect(await terminal.exitCode).toBe(4);
  });

  test("RES-6 ends from this side, by its refusal, and where the handshake is refused", async () => {
    const left = await openBySdk(client(), { containerId: shared });
    left.close();
    await textOf(left.output);
    expect(await left.exitCode).toBeNull();

    const { id, token } = await makeToken(site, site.ownerToken);
    const bound = createClient({ url: site.url, token });
    const taken = await openBySdk(bound, { containerId: shared });
    const output = textOf(taken.output).catch((error) => error);
    await must(site.ask("DELETE", `/v1/tokens/${id}`));
    expect(await output).toMatchObject({ code: "unauthenticated", status: 401 });

    await expect(openBySdk(bound, { containerId: shared })).rejects.toMatchObject({
      code: "connection_failed",
    });
    const abort = new AbortController();
    const { signal } = abort;
    const aborted = await openBySdk(client(), { containerId: shared }, { signal });
    abort.abort();
    await aborted.exitCode;
  });
});

describe("what a client sends", () => {
  test.each([
    "",
    "x",
    "null",
    "[]",
    '"resize"',
    "{}",
    '{"type":"exit"}',
    '{"type":"resize"}',
    '{"type":"resize","columns":80}',
    '{"type":"resize","columns":0,"rows":24}',
    '{"type":"resize","columns":1001,"rows":24}',
    '{"type":"resize","columns":80.5,"rows":24}',
    '{"type":"resize","columns":"80","rows":24}',
    '{"type":"resize","columns":80,"rows":1e99}',
    '{"type":"resize","columns":80,"rows":24,"more":1}',
    '{"type":"resize","columns":80,"rows":24}trailing',
    `{"type":"resize","columns":80,"rows":24,"__proto__":{"x":1}}`,
    "[".repeat(20_000),
    "\u0000",
  ])("RES-6 a text frame %j ends it with the reason", async (frame) => {
    const terminal = await open();
    terminal.socket.send(frame);
    expect(await terminal.closed).toEqual({ code: 1008, reason: "invalid_input" });
    expect(terminal.told).toMatchObject([{ type: "problem", status: 400, code: "invalid_input" }]);
  });

  test("RES-6 frames have 64 KiB at most, and text is UTF-8", async () => {
    const large = await open();
    large.socket.send(Buffer.alloc(65_537, "x"));
    expect((await large.closed).code).toBe(1009);
    const broken = await open();
    broken.socket.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect((await broken.closed).code).toBe(1007);
    const full = await open();
    full.socket.send(Buffer.alloc(65_536, "x"));
    full.type("\rexit\r");
    expect((await full.closed).code).toBe(1000);
  });

  test("RES-6 comes in the order in which it was typed", async () => {
    const terminal = await open();
    const words = Array.from({ length: 500 }, (_, index) => `w${index}`);
    for (const word of words) terminal.type(`echo ${word}\r`);
    terminal.type("exit\r");
    await terminal.closed;
    const shown = [...terminal.written().matchAll(/\r\n(w\d+)\r\n/g)].map(([, word]) => word);
    expect(shown).toEqual(words);
  });
});

describe("a terminal is taken away", () => {
  test("RBAC-6 from a member who is removed", async () => {
    const { token, userId } = await member();
    const terminal = await open({ token }, await running(token));
    await must(site.ask("DELETE", `/v1/workspaces/${workspaceId}/members/${userId}`));
    expect(await terminal.closed).toEqual({ code: 1008, reason: "not_found" });
    expect(terminal.told).toMatchObject([{ type: "problem", status: 404, code: "not_found" }]);
  });

  test("ID-3 with a token that is revoked", async () => {
    const { id, token } = await makeToken(site, site.ownerToken);
    const terminal = await open({ token });
    await must(site.ask("DELETE", `/v1/tokens/${id}`));
    expect(await terminal.closed).toEqual({ code: 1008, reason: "unauthenticated" });
  });

  test("POL-3 ORG-4 by a Policy, and by a Service that is disabled", async () => {
    const { token } = await member();
    const terminal = await open({ token }, await running(token));
    const policyId = await writePolicy(site, [
      { effect: "Allow", service: "container", regions: "*", actions: ["container:read"] },
    ]);
    await attachPolicy({ site, workspaceId }, { policyId });
    expect(await terminal.closed).toEqual({ code: 1008, reason: "policy_denied" });
    await must(site.ask("DELETE", `/v1/workspaces/${workspaceId}/policies/${policyId}`));
    const owners = await open();
    const service = `/v1/workspaces/${workspaceId}/services/container`;
    await must(site.ask("DELETE", service));
    expect(await owners.closed).toEqual({ code: 1008, reason: "service_not_enabled" });
    await must(site.ask("PUT", service, { regions: ["hanoi", "tokyo"] }));
  });

  test("RES-6 when its resource is asked to stop, and when its process ends", async () => {
    const id = await running();
    const stopping = await open({}, id);
    await stopping.shows("simulated$ ");
    await must(site.ask("POST", `/v1/containers/${id}/stop`));
    expect(await stopping.closed).toEqual({ code: 1008, reason: "invalid_state" });
    await site.pass(30);

    const ending = await running();
    const terminal = await open({}, ending);
    await terminal.shows("simulated$ ");
    const cluster = site.site.clusters.get("hanoi-1") as SimulatedCluster;
    const match = { resourceId: keyOf(ending) };
    await cluster.injectFailure({ match, failure: "exit", exitCode: 0, count: 1 });
    expect(await terminal.closed).toEqual({ code: 1000, reason: "" });
    expect(terminal.told).toEqual([{ type: "exit", exitCode: null }]);
  });

  test("RES-6 before it began, where the cluster does not answer", async () => {
    const id = await running();
    const cluster = site.site.clusters.get("hanoi-1") as SimulatedCluster;
    const match = { resourceId: keyOf(id) };
    const failure = await cluster.injectFailure({ match, failure: "apiErrors" });
    const terminal = await open({}, id);
    expect(await terminal.closed).toEqual({ code: 1013, reason: "unavailable" });
    expect(terminal.told).toMatchObject([{ type: "problem", status: 503, retryAfterSeconds: 5 }]);
    await cluster.clearFailures(failure.id);
  });
});

describe("limits", () => {
  test("RES-6 so many terminals at a time; whoever leaves makes room", async () => {
    const { token } = await member();
    const id = await running(token);
    const all = await Promise.all(Array.from({ length: 10 }, () => open({ token }, id)));
    await expect(open({ token }, id)).rejects.toMatchObject({
      status: 429,
      body: { code: "too_many_requests" },
    });
    all[0]!.socket.terminate();
    await sleep(100);
    all[0] = await open({ token }, id);
    for (const { socket } of all) socket.close();
    await Promise.all(all.map(({ closed }) => closed));
  });

  test("RES-6 one in which nothing happens ends, and so does one that is too long open", async () => {
    const live = { ...LIVE, idleMs: 400, sessionMs: 1500 };
    const other = await startRunningSite({ live });
    try {
      const token = other.ownerToken;
      const workspace = await other.createWorkspace();
      const body = { name: "c", region: "hanoi", flavor: "h100-sxm5-1", image: "ubuntu:24.04" };
      const { id } = await must(other.ask("POST", `/v1/workspaces/${workspace}/containers`, body));
      await other.pass(30);
      const at = `${other.url}/v1/containers/${id}`;
      const idle = await openTerminal(at, { token });
      const busy = await openTerminal(at, { token });
      const typing = setInterval(() => busy.type("x"), 100);
      expect(await idle.closed).toEqual({ code: 1008, reason: "terminal_idle" });
      expect(await busy.closed).toEqual({ code: 1008, reason: "terminal_expired" });
      clearInterval(typing);
      const mute = await openTerminal(at, { token });
      mute.socket.pause();
      const begun = Date.now();
      other.live.drain();
      await other.stop();
      expect(Date.now() - begun).toBeLessThan(10_000);
      mute.socket.terminate();
    } finally {
      await other.stop().catch(() => {});
    }
  });

  test("RES-6 a client that gives no sign of life is let go", async () => {
    const other = await startRunningSite({ live: { ...LIVE, heartbeatMs: 100 } });
    const workspace = await other.createWorkspace();
    const body = { name: "c", region: "hanoi", flavor: "h100-sxm5-1", image: "ubuntu:24.04" };
    const { id } = await must(other.ask("POST", `/v1/workspaces/${workspace}/containers`, body));
    await other.pass(30);
    const options = { token: other.ownerToken, autoPong: false };
    const dead = await openTerminal(`${other.url}/v1/containers/${id}`, options);
    expect(await dead.closed).toMatchObject({ code: 1006 });
    await other.stop();
  });

  test("RES-6 a server that stops says so", async () => {
    const terminal = await open();
    await terminal.shows("simulated$ ");
    site.live.drain();
    expect(await terminal.closed).toEqual({ code: 1013, reason: "unavailable" });
    await expect(open()).rejects.toMatchObject({ status: 503, body: { code: "unavailable" } });
  });
});

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { holdClock } from "#domain/clock/hold-clock.ts";
import { keyOf } from "#domain/ids.ts";
import { ClusterUnavailable, type Activity, type Cluster } from "#ports/cluster.ts";
import type { FailureKind } from "#ports/failure-injection.ts";
import { makeServiceAccount, must } from "../../../test/support/fixture.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";
import type { Person } from "../../../test/support/site.ts";

const MINUTE = 60;
// A simulated notebook is in use when it comes up, so it is idle from the second probe on: after five minutes.
/** The shortest: announced after ten minutes, stopped after twenty. */
const SHORT = { afterMinutes: 20 };

let site: RunningSite;
let workspace: string;
let member: Person;
/** What the next probes do instead of asking the simulated cluster. */
let probe: ((real: () => Promise<Activity | null>) => Promise<Activity | null>) | null;
beforeAll(async () => {
  site = await startRunningSite();
  const clusters = site.site.clusters as Map<string, Cluster>;
  const real = clusters.get("hanoi-1")!;
  clusters.set("hanoi-1", probedBy(real));
});
afterAll(() => site?.stop());
beforeEach(async () => {
  probe = null;
  workspace = await site.createWorkspace();
  member = await site.mint(`m-${workspace}@example.com`, { [workspace]: "Member" });
});

function probedBy(real: Cluster): Cluster {
  const observeActivity: Cluster["observeActivity"] = (...of) => {
    const ask = () => real.observeActivity(...of);
    return probe === null ? ask() : probe(ask);
  };
  return new Proxy(real, {
    get(target, name) {
      if (name === "observeActivity") return observeActivity;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A running notebook of the Member's. */
async function notebook(more: object = { idleStop: SHORT }, token = member.token) {
  const body = {
    name: "explore",
    region: "hanoi",
    flavor: "cpu-small",
    image: "jupyter-base",
    homeVolume: { sizeGib: 1 },
    ...more,
  };
  const path = `/v1/workspaces/${workspace}/notebooks`;
  const { id } = await must(site.ask("POST", path, body, token));
  await site.pass(5);
  return id as string;
}
const get = async (id: string) => must(site.ask("GET", `/v1/notebooks/${id}`));
const edit = (id: string, body: object) => must(site.ask("PATCH", `/v1/notebooks/${id}`, body));
const codesOf = async (id: string): Promise<string[]> =>
  (await must(site.ask("GET", `/v1/notebooks/${id}/events?limit=200`))).items.map(
    ({ code }: { code: string }) => code,
  );
const count = async (id: string, code: string) =>
  (await codesOf(id)).filter((it) => it === code).length;
/** Makes the simulated notebook behave so from now on; answers how to end it. */
async function make(resourceId: string, failure: FailureKind): Promise<() => Promise<unknown>> {
  const path = "/v1/operator/simulator/failures";
  const request = { region: "hanoi", failure, resourceId };
  const { body } = await site.ask("POST", path, request, site.operatorToken);
  return () => site.ask("DELETE", `${path}/${body.id}`, undefined, site.operatorToken);
}
const mailsAbout = (id: string) => site.mails.filter(({ text }) => text.includes(id));

test("RES-9 a notebook that nobody uses is announced to its person, then stopped by the system; its home stays", async () => {
  const id = await notebook();
  await make(id, "idle");
  await site.pass(14 * MINUTE);
  expect(await get(id)).toMatchObject({ status: "RUNNING", idle: null });
  await site.pass(2 * MINUTE);
  const { idle, status } = await get(id);
  expect(status).toBe("RUNNING");
  const ms = (moment: string) => Date.parse(moment);
  expect(ms(idle.stopsAt) - ms(idle.since)).toBeGreaterThanOrEqual(20 * 60_000);
  await site.pass(15 * MINUTE);
  const stopped = await get(id);
  expect(stopped).toMatchObject({
    status: "STOPPED",
    statusReason: { code: "idle" },
    running: false,
    idle: null,
    idleStop: SHORT,
  });
  expect(ms(stopped.stoppedAt)).toBeGreaterThanOrEqual(ms(idle.stopsAt));
  expect(stopped.storageSince).not.toBeNull();
  const codes = await codesOf(id);
  expect(codes.slice(codes.indexOf("idleWarning"))).toEqual(["idleWarning", "stop.idle", "idle"]);

  const mails = mailsAbout(id);
  expect(mails.map(({ to }) => to)).toEqual([`m-${workspace}@example.com`]);
  expect(mails[0]!.subject).toContain(idle.stopsAt);
  const notices = await must(site.ask("GET", `/v1/workspaces/${workspace}/notices`));
  expect(notices.items).toMatchObject([
    {
      kind: "idleWarning",
      workspaceId: workspace,
      facts: { notebookId: id, idleSince: idle.since, stopsAt: idle.stopsAt },
    },
  ]);
  const audit = `/v1/organizations/${site.organizationId}/audit-events?limit=200`;
  const acts = (await must(site.ask("GET", audit))).items.filter(
    (it: { target: { id: string }; actor: { kind: string } }) =>
      it.target.id === id && it.actor.kind === "system",
  );
  expect(acts).toMatchObject([{ action: "stopNotebook", reason: "idle", outcome: "SUCCESS" }]);
});

test("RES-9 started again after it, the notebook runs its whole period anew", async () => {
  const id = await notebook();
  await make(id, "idle");
  await site.pass(30 * MINUTE);
  expect((await get(id)).status).toBe("STOPPED");
  await must(site.ask("POST", `/v1/notebooks/${id}/start`));
  await site.pass(9 * MINUTE);
  expect(await get(id)).toMatchObject({ status: "RUNNING", idle: null });
  await site.pass(25 * MINUTE);
  expect((await get(id)).statusReason.code).toBe("idle");
});

test("RES-9 a notebook in use, one without idle stop, and one that said never are not stopped", async () => {
  await must(site.ask("PATCH", `/v1/workspaces/${workspace}`, { notebookIdleStop: SHORT }));
  const used = await notebook();
  const never = await notebook({ idleStop: "never" });
  await make(never, "idle");
  workspace = await site.createWorkspace();
  const without = await notebook({}, site.ownerToken);
  await make(without, "idle");
  await site.pass(90 * MINUTE);
  for (const id of [used, never, without]) {
    expect(await get(id)).toMatchObject({ status: "RUNNING", idle: null });
    expect(await count(id, "idleWarning")).toBe(0);
  }
});

test("RES-9 what cannot be judged for hours runs on, and its events say so once", async () => {
  const id = await notebook();
  const know = await make(id, "activityUnknown");
  await make(id, "idle");
  await site.pass(180 * MINUTE);
  expect(await get(id)).toMatchObject({ status: "RUNNING", idle: null });
  expect(await count(id, "idleUnknown")).toBe(1);
  await know();
  await site.pass(9 * MINUTE);
  expect(await get(id)).toMatchObject({ status: "RUNNING", idle: null });
  await site.pass(30 * MINUTE);
  expect((await get(id)).statusReason.code).toBe("idle");
});

test("RES-9 a cluster that does not answer at the end postpones the stop until a fresh probe decides", async () => {
  const id = await notebook();
  await make(id, "idle");
  await site.pass(16 * MINUTE);
  expect((await get(id)).idle).not.toBeNull();
  probe = () => Promise.reject(new ClusterUnavailable("cut off"));
  await site.pass(12 * MINUTE);
  expect((await get(id)).status).toBe("RUNNING");
  probe = null;
  await site.pass(8 * MINUTE);
  expect((await get(id)).statusReason.code).toBe("idle");
  expect(await count(id, "idleWarning")).toBe(1);
});

test("RES-9 use after the announcement withdraws it", async () => {
  const id = await notebook();
  const use = await make(id, "idle");
  await site.pass(16 * MINUTE);
  expect((await get(id)).idle).not.toBeNull();
  await use();
  await site.pass(30 * MINUTE);
  expect(await get(id)).toMatchObject({ status: "RUNNING", idle: null });
  expect(await count(id, "idleWithdrawn")).toBe(1);
  await make(id, "idle");
  await site.pass(35 * MINUTE);
  expect((await get(id)).statusReason.code).toBe("idle");
  expect(await count(id, "idleWarning")).toBe(2);
  expect(mailsAbout(id)).toHaveLength(2);
});

test("RES-9 an edit after the announcement withdraws it at once and restarts nothing", async () => {
  const [never, longer] = [await notebook(), await notebook()];
  for (const id of [never, longer]) await make(id, "idle");
  await site.pass(16 * MINUTE);
  const { runningSince } = await get(never);
  const edited = await edit(never, { idleStop: "never" });
  expect(edited).toMatchObject({ status: "RUNNING", idle: null, idleStopInForce: null });
  expect(await edit(longer, { idleStop: { afterMinutes: 60 } })).toMatchObject({ idle: null });
  await site.pass(40 * MINUTE);
  expect(await get(never)).toMatchObject({ status: "RUNNING", runningSince });
  expect((await get(longer)).idle).not.toBeNull();
  await site.pass(20 * MINUTE);
  expect((await get(longer)).statusReason.code).toBe("idle");
  expect(await get(never)).toMatchObject({ status: "RUNNING", runningSince });
});

test("RES-9 a stop by the user before the announced one is the user's", async () => {
  const id = await notebook();
  await make(id, "idle");
  await site.pass(16 * MINUTE);
  const stopping = await must(site.ask("POST", `/v1/notebooks/${id}/stop`));
  expect(stopping).toMatchObject({ status: "STOPPING", idle: null });
  await site.pass(30 * MINUTE);
  expect(await get(id)).toMatchObject({
    status: "STOPPED",
    statusReason: { code: "stoppedByUser" },
  });
  expect(await count(id, "stop.idle")).toBe(0);
});

const IN_BETWEEN: [string, (id: string) => Promise<unknown>][] = [
  ["an edit", (id) => edit(id, { idleStop: "never" })],
  ["the Workspace's edit", () => site.ask("PATCH", `/v1/workspaces/${workspace}`, LONG)],
  ["a stop", (id) => site.ask("POST", `/v1/notebooks/${id}/stop`)],
  ["another flavor", (id) => edit(id, { flavor: "cpu-medium" })],
  ["a deletion", (id) => site.ask("DELETE", `/v1/notebooks/${id}`)],
];
const LONG = { notebookIdleStop: { afterMinutes: 600 } };

test.each(IN_BETWEEN)("RES-9 %s while the deciding probe is under way wins", async (_, act) => {
  await must(site.ask("PATCH", `/v1/workspaces/${workspace}`, { notebookIdleStop: SHORT }));
  const id = await notebook({});
  await make(id, "idle");
  await site.pass(16 * MINUTE);
  const stopsAt = Date.parse((await get(id)).idle.stopsAt);
  let acted = 0;
  probe = async (real) => {
    const activity = await real();
    const { rows } = await site.testDatabase.database.pool.query("select site_now() as now");
    if (rows[0].now.getTime() >= stopsAt && acted++ === 0) await act(id);
    return activity;
  };
  await site.pass(10 * MINUTE);
  expect(acted).toBeGreaterThan(0);
  const { rows } = await site.testDatabase.database.pool.query(
    "select count(*)::int as stops from resource_events where resource_id = $1 and code = 'stop.idle'",
    [keyOf(id)],
  );
  expect(rows).toEqual([{ stops: 0 }]);
});

test("RES-9 an outage over the announced stop: on return it is announced anew, with its time to react", async () => {
  const id = await notebook();
  await make(id, "idle");
  await site.pass(16 * MINUTE);
  const first = (await get(id)).idle;
  await holdClock(site.testDatabase.database, async (clock) =>
    clock.moveTo(new Date((await clock.now()).getTime() + 5 * 3_600_000)),
  );
  await site.pass(1);
  const { idle, status } = await get(id);
  expect(status).toBe("RUNNING");
  expect(idle.since).toBe(first.since);
  expect(Date.parse(idle.stopsAt) - Date.parse(first.stopsAt)).toBeGreaterThan(4.9 * 3_600_000);
  expect(mailsAbout(id)).toHaveLength(2);
  await site.pass(9 * MINUTE);
  expect((await get(id)).status).toBe("RUNNING");
  await site.pass(5 * MINUTE);
  expect((await get(id)).statusReason.code).toBe("idle");
});

test("RES-9 an outage does not stop what is in use on return, nor what an earlier outage left unannounced", async () => {
  const [used, idle] = [await notebook(), await notebook()];
  await make(idle, "idle");
  await site.pass(6 * MINUTE);
  await holdClock(site.testDatabase.database, async (clock) =>
    clock.moveTo(new Date((await clock.now()).getTime() + 24 * 3_600_000)),
  );
  await site.pass(1);
  expect(await get(used)).toMatchObject({ status: "RUNNING", idle: null });
  expect((await get(idle)).status).toBe("RUNNING");
  expect((await get(idle)).idle).not.toBeNull();
});

test("RES-9 the Workspace's word holds for what says nothing itself, from the moment it is said, and takes nothing down", async () => {
  const [plain, own] = [await notebook({}), await notebook({ idleStop: { afterMinutes: 600 } })];
  for (const id of [plain, own]) await make(id, "idle");
  await site.pass(40 * MINUTE);
  const { runningSince } = await get(plain);
  await must(site.ask("PATCH", `/v1/workspaces/${workspace}`, { notebookIdleStop: SHORT }));
  expect(await get(plain)).toMatchObject({
    idleStop: null,
    idleStopInForce: { ...SHORT, from: "workspace" },
    runningSince,
  });
  expect((await get(own)).idleStopInForce).toEqual({ afterMinutes: 600, from: "notebook" });
  await site.pass(9 * MINUTE);
  expect(await get(plain)).toMatchObject({ status: "RUNNING", idle: null });
  await site.pass(16 * MINUTE);
  expect((await get(plain)).statusReason.code).toBe("idle");
  expect((await get(own)).status).toBe("RUNNING");
  expect(await count(plain, "edited")).toBe(0);
});

test("AUD-3 of a service account's notebook Owner and Admins are told, of a former member's too", async () => {
  const admin = `a-${workspace}@example.com`;
  await site.mint(admin, { [workspace]: "Admin" });
  const robot = await makeServiceAccount(site, { [workspace]: "Member" });
  const ids = [await notebook(undefined, robot.token), await notebook()];
  for (const id of ids) await make(id, "idle");
  await must(site.ask("DELETE", `/v1/workspaces/${workspace}/members/${member.userId}`));
  await site.pass(16 * MINUTE);
  for (const id of ids) {
    const told = mailsAbout(id).map(({ to }) => to);
    expect(told).toHaveLength(2);
    expect(told).toContain(admin);
    expect(told).not.toContain(`m-${workspace}@example.com`);
  }
});

test("ORG-3 Admins see the idle warnings of their own Workspace only, Members none", async () => {
  const admin = await site.mint(`b-${workspace}@example.com`, { [workspace]: "Admin" });
  const elsewhere = await site.createWorkspace();
  const other = await site.mint(`c-${workspace}@example.com`, { [elsewhere]: "Admin" });
  await make(await notebook(), "idle");
  await site.pass(16 * MINUTE);
  const seen = async (place: string, token: string) =>
    (await site.ask("GET", `/v1/workspaces/${place}/notices`, undefined, token)).body.items?.length;
  expect(await seen(workspace, admin.token)).toBe(1);
  expect(await seen(elsewhere, other.token)).toBe(0);
  expect(await seen(workspace, other.token)).toBeUndefined();
  expect(await seen(workspace, member.token)).toBeUndefined();
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keyOf } from "../../api/domain/ids.ts";
import { attachPolicy, writePolicy } from "../support/fixture-targets.ts";
import { fund, makeServiceAccount, must, roomyCatalogue } from "../support/fixture.ts";
import { startReplica, type Replica } from "../support/replica.ts";
import { requester, type Request } from "../support/request.ts";
import { uniqueName } from "../support/samples.ts";
import { startTestSite, type Person, type TestSite } from "../support/site.ts";
import { Order, RequestsInFlight, type Asked, type Flown } from "./requests-in-flight.ts";

const IN_FLIGHT = 50;
/** Requests sent after an answer that a race waits for. */
const AFTER = 20;

let site: TestSite;
let replica: Replica;
let replicas: Request[];
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  replica = await startReplica(site);
  replicas = [site.request, requester(replica.url)];
  await fund(site);
});
afterAll(async () => {
  await replica?.stop();
  await site?.stop();
});

/** A Workspace with people who create in it. */
interface Place {
  readonly workspaceId: string;
  readonly admin: Person;
  readonly member: Person;
  readonly program: Person;
}

interface Race {
  readonly title: string;
  /** What is under way; unless told otherwise volumes are created, which is the cheapest that Policies decide. */
  readonly asked?: (place: Place) => Asked;
  /** Prepares, and answers the two changes: one that takes the right, one that gives it back. */
  readonly changes: (place: Place) => Promise<{ take: Change; give: Change | null }>;
  /** Whom it concerns; all others go on as before. */
  readonly concerned: (keyof Omit<Place, "workspaceId"> | "owner")[];
  readonly refused: { status: number; code: string; layer?: string };
}
type Change = () => Promise<unknown>;

const owner = (method: string, path: string, body?: unknown) =>
  must(site.request(method, path, { token: site.ownerToken, body }));
const allow = (service: string) => ({ effect: "Allow", service, regions: "*", actions: "*" });
const everything = ["notebook", "container", "inference"].map(allow);
const noCreates = [
  ...everything,
  {
    effect: "Deny",
    service: "container",
    regions: ["hanoi"],
    actions: ["container:create-volume"],
  },
];
const onlyReads = [
  { effect: "Allow", service: "container", regions: "*", actions: ["container:read"] },
];
const boundary = (workspaceId: string, policyId: string) =>
  `/v1/workspaces/${workspaceId}/policies/${policyId}`;
const membership = ({ workspaceId }: Place, { userId }: Person) =>
  `/v1/workspaces/${workspaceId}/members/${userId}`;

const RACES: Race[] = [
  {
    title: "POL-2 a Policy that denies is attached as boundary, and detached",
    async changes({ workspaceId }) {
      const path = boundary(workspaceId, await writePolicy(site, noCreates));
      return { take: () => owner("PUT", path), give: () => owner("DELETE", path) };
    },
    concerned: ["admin", "member", "program"],
    refused: { status: 403, code: "policy_denied", layer: "explicitDeny" },
  },
  {
    title: "POL-3 the only boundary that allows it is detached, and attached again",
    async changes({ workspaceId }) {
      const policyId = await writePolicy(site, everything);
      await attachPolicy({ site, workspaceId }, { policyId });
      await attachPolicy({ site, workspaceId }, { policyId: await writePolicy(site, onlyReads) });
      const path = boundary(workspaceId, policyId);
      return { take: () => owner("DELETE", path), give: () => owner("PUT", path) };
    },
    concerned: ["admin", "member", "program"],
    refused: { status: 403, code: "policy_denied", layer: "boundary" },
  },
  {
    title: "POL-2 an attached Policy is edited, and edited back",
    async changes({ workspaceId }) {
      const policyId = await writePolicy(site, everything);
      await attachPolicy({ site, workspaceId }, { policyId });
      const edit = (statements: unknown) => () =>
        owner("PATCH", `/v1/policies/${policyId}`, { statements });
      return { take: edit(onlyReads), give: edit(everything) };
    },
    concerned: ["admin", "member", "program"],
    refused: { status: 403, code: "policy_denied", layer: "boundary" },
  },
  {
    title: "POL-2 an identity policy is attached to one membership, and detached",
    async changes(place) {
      const path = `${membership(place, place.member)}/policies/${await writePolicy(site, onlyReads)}`;
      return { take: () => owner("PUT", path), give: () => owner("DELETE", path) };
    },
    concerned: ["member"],
    refused: { status: 403, code: "policy_denied", layer: "identity" },
  },
  {
    title: "RBAC-1 an Admin is demoted, and made Admin again",
    asked: ({ workspaceId }) => ({
      method: "PUT",
      path: `/v1/workspaces/${workspaceId}/quota`,
      body: () => ({ period: "day", limitUsd: "1000000" }),
    }),
    async changes(place) {
      const put = (role: string) => () => owner("PUT", membership(place, place.admin), { role });
      for (const { userId } of [place.member, place.program])
        await owner("PUT", membership(place, { userId, token: "" }), { role: "Admin" });
      return { take: put("Member"), give: put("Admin") };
    },
    concerned: ["admin"],
    refused: { status: 403, code: "forbidden", layer: "role" },
  },
  {
    title: "RBAC-6 a member is removed, and added again",
    async changes(place) {
      const path = membership(place, place.member);
      const put = () => owner("PUT", path, { role: "Member" });
      return { take: () => owner("DELETE", path), give: put };
    },
    concerned: ["member"],
    refused: { status: 404, code: "not_found" },
  },
  {
    title: "ORG-4 a Service is disabled, and enabled again",
    async changes({ workspaceId }) {
      const path = `/v1/workspaces/${workspaceId}/services/container`;
      const enable = () => owner("PUT", path, { regions: ["hanoi"] });
      return { take: () => owner("DELETE", path), give: enable };
    },
    concerned: ["owner", "admin", "member", "program"],
    refused: { status: 403, code: "service_not_enabled", layer: "service" },
  },
  {
    title: "ID-3 a token is revoked",
    async changes({ program }) {
      const tokens = `/v1/service-accounts/${program.userId}/tokens`;
      const { items } = await owner("GET", tokens);
      return { take: () => owner("DELETE", `${tokens}/${items[0].id}`), give: null };
    },
    concerned: ["program"],
    refused: { status: 401, code: "unauthenticated" },
  },
  {
    title: "ID-4 a service account is deleted",
    async changes({ program }) {
      return { take: () => owner("DELETE", `/v1/service-accounts/${program.userId}`), give: null };
    },
    concerned: ["program"],
    refused: { status: 401, code: "unauthenticated" },
  },
];

describe("no request that is sent after the answer to a change is judged by what was before it", () => {
  test.each(RACES.map((race) => [race.title, race] as const))(
    "%s",
    async (_, race) => {
      const place = await makePlace();
      const { take, give } = await race.changes(place);
      const callers = {
        owner: site.ownerToken,
        admin: place.admin.token,
        member: place.member.token,
        program: place.program.token,
      };
      const asked = (race.asked ?? creates)(place);
      const order = new Order();
      const flight = new RequestsInFlight({
        order,
        replicas,
        callers,
        asked,
        inFlight: IN_FLIGHT,
      });
      await flight.answered(IN_FLIGHT);
      const taken = await during(order, take);
      await flight.answered(AFTER, race.concerned);
      const given = give === null ? null : await during(order, give);
      if (given !== null) await flight.answered(AFTER, race.concerned);
      await flight.land();

      const isConcerned = ({ caller }: Flown) => race.concerned.includes(caller as "owner");
      const concerned = flight.flown.filter(isConcerned);
      const underWay = flight.flown.filter(
        ({ sent, answered }) => sent < taken.sent && answered > taken.sent,
      );
      expect(underWay).toHaveLength(IN_FLIGHT);
      expectAllowed(flight.flown.filter((it) => !isConcerned(it)));
      const early = concerned.filter((it) => it.answered < taken.sent);
      expect(early.length).toBeGreaterThan(0);
      expectAllowed(early);
      const end = given?.sent ?? Infinity;
      const late = concerned.filter((it) => it.sent > taken.answered && it.answered < end);
      expect(late.length).toBeGreaterThanOrEqual(AFTER);
      for (const { answer } of late) expect(answer.body).toMatchObject(race.refused);
      if (given !== null) expectAllowed(concerned.filter((it) => it.sent > given.answered));
    },
    180_000,
  );
});

describe("a request that was sent before a change and waits for its turn", () => {
  test("POL-3 is judged again when its turn comes: refused, undone, and recorded under what refused it", async () => {
    const place = await makePlace();
    const policyId = await writePolicy(site, everything);
    await attachPolicy({ site, workspaceId: place.workspaceId }, { policyId });
    const waiting = await behindLock(async () => {
      const created = site.request("POST", creates(place).path, {
        token: place.member.token,
        body: creates(place).body!(),
      });
      await someoneWaits();
      await owner("PATCH", `/v1/policies/${policyId}`, { statements: onlyReads });
      return { created };
    });
    expect((await waiting.created).body).toMatchObject({
      status: 403,
      code: "policy_denied",
      layer: "boundary",
    });
    const { items } = await owner("GET", creates(place).path);
    expect(items).toEqual([]);
    expect(await decisionsOf(place)).toMatchObject([[{ decision: "deny", layer: "boundary" }]]);
  });

  test("POL-3 goes on where the change does not concern it, recorded under what holds now", async () => {
    const place = await makePlace();
    const waiting = await behindLock(async () => {
      const created = site.request("POST", creates(place).path, {
        token: place.member.token,
        body: creates(place).body!(),
      });
      await someoneWaits();
      const policyId = await writePolicy(site, everything);
      await attachPolicy({ site, workspaceId: place.workspaceId }, { policyId });
      return { created };
    });
    expect((await waiting.created).status).toBe(201);
    const [[decision]] = (await decisionsOf(place)) as [[{ statements: unknown[] }]];
    expect(decision.statements).toHaveLength(1);
  });
});

/** Does something while nothing is admitted to the Organization. */
async function behindLock<T>(work: () => Promise<T>): Promise<T> {
  const client = await site.testDatabase.database.pool.connect();
  try {
    await client.query("begin");
    await client.query("select from admissions where organization_id = $1 for update", [
      keyOf(site.organizationId),
    ]);
    return await work();
  } finally {
    await client.query("rollback");
    client.release();
  }
}

async function someoneWaits(): Promise<void> {
  for (;;) {
    const { rows } = await site.testDatabase.database.pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** What was decided on creations in a place, event by event. */
async function decisionsOf({ workspaceId }: Place): Promise<unknown[][]> {
  const query = `workspaceId=${workspaceId}&action=createVolume`;
  const { items } = await owner(
    "GET",
    `/v1/organizations/${site.organizationId}/audit-events?${query}`,
  );
  return items.map(({ details }: { details: { decisions: unknown[] } }) => details.decisions);
}

function expectAllowed(flown: Flown[]): void {
  for (const { answer } of flown)
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
}

/** A change with the moments at which it was sent and its answer was there. */
async function during(order: Order, change: Change): Promise<{ sent: number; answered: number }> {
  const sent = order.next();
  await change();
  return { sent, answered: order.next() };
}

function creates({ workspaceId }: Place): Asked {
  const path = `/v1/workspaces/${workspaceId}/volumes`;
  return {
    method: "POST",
    path,
    body: () => ({ name: uniqueName(), region: "hanoi", sizeGib: 1 }),
  };
}

async function makePlace(): Promise<Place> {
  const workspaceId = await site.createWorkspace();
  const person = (role: "Admin" | "Member") =>
    site.mint(`${uniqueName()}@example.com`, { [workspaceId]: role });
  return {
    workspaceId,
    admin: await person("Admin"),
    member: await person("Member"),
    program: await makeServiceAccount(site, { [workspaceId]: "Member" }),
  };
}

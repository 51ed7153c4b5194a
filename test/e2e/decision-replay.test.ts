import { createHash } from "node:crypto";
import {
  LAYERS,
  OPERATIONS,
  policySetText,
  replayDecision,
  type AccessSubject,
  type Decision,
  type OperationId,
} from "@aifactory/sdk/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allOperations } from "../../api/contract/operations.ts";
import { keyOf } from "../../api/domain/ids.ts";
import { fund, makeServiceAccount, must, roomyCatalogue } from "../support/fixture.ts";
import { startTestSite, type Person, type TestSite } from "../support/site.ts";
import { tellBusyStory, type Cast } from "./busy-story.ts";

type Recorded = Decision & { policySet: string };
interface Event {
  action: OperationId;
  outcome: "SUCCESS" | "FAILED";
  reason: string | null;
  workspaceId: string | null;
  details: { decisions?: Recorded[] } | null;
}

const STEPS = 800;
const SEED = Number(process.env["STORY_SEED"] ?? 20261121);
/** Operations that change something and that Services and Policies have a say in. */
const DECIDED = new Set(
  allOperations()
    .filter(({ id, safe }) => !safe && "action" in OPERATIONS[id])
    .map(({ id }) => id),
);

let site: TestSite;
let cast: Cast;
let admin: Person;
let otherAdmin: Person;
let events: Event[];
let sets: string;
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  await fund(site);
  const here = await site.createWorkspace({ name: "here" });
  const there = await site.createWorkspace({ name: "there", services: { container: ["tokyo"] } });
  admin = await site.mint("admin@example.com", { [here]: "Admin" });
  otherAdmin = await site.mint("other-admin@example.com", { [there]: "Admin" });
  const member = await site.mint("member@example.com", { [here]: "Member", [there]: "Member" });
  const program = await makeServiceAccount(site, { [here]: "Member", [there]: "Admin" });
  cast = { workspaces: [here, there], people: { admin, otherAdmin, member, program } };
  await tellBusyStory(site, cast, { steps: STEPS, seed: SEED });
  sets = `/v1/organizations/${site.organizationId}/policy-sets`;
  events = await allEvents(site.ownerToken);
});
afterAll(() => site?.stop());

async function allEvents(token: string): Promise<Event[]> {
  const all: Event[] = [];
  for (let cursor = ""; ;) {
    const path = `/v1/organizations/${site.organizationId}/audit-events?limit=200${cursor}`;
    const { items, nextCursor } = await must(site.request("GET", path, { token }));
    all.push(...items);
    if (nextCursor === null) return all;
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
}

const decisionsIn = (of: Event[]) => of.flatMap(({ details }) => details?.decisions ?? []);
const setOf = (hash: string, token = site.ownerToken) =>
  site.request("GET", `${sets}/${hash}`, { token });

describe("AUD-1 decisions on changes", () => {
  test("AUD-1 every change that Services and Policies decide is recorded with its decisions", () => {
    // Of what the caller may not know, and of what is gone, there is nothing to decide.
    const decided = events.filter(
      ({ action, reason }) => DECIDED.has(action) && !["not_found", "gone"].includes(reason!),
    );
    expect(decided.length).toBeGreaterThan(STEPS / 4);
    for (const event of decided) {
      const decisions = event.details?.decisions ?? [];
      expect(decisions.length, JSON.stringify(event)).toBeGreaterThan(0);
      const denied = decisions.filter(({ decision }) => decision === "deny");
      const byAccess = ["policy_denied", "service_not_enabled", "forbidden"];
      expect(denied.length, JSON.stringify(event)).toBe(byAccess.includes(event.reason!) ? 1 : 0);
      if (event.outcome === "SUCCESS") expect(event.reason).toBeNull();
    }
  });

  test("AUD-1 the story has decisions of every layer, and changes of several decisions", () => {
    const layers = new Set(decisionsIn(events).map(({ layer }) => layer));
    expect(layers).toEqual(new Set([null, ...LAYERS]));
    expect(events.some(({ details }) => (details?.decisions?.length ?? 0) > 1)).toBe(true);
  });

  test("POL-5 each is the same when it is made again from its policy set, whatever became of the Policies", async () => {
    const { items } = await must(
      site.request("GET", `/v1/organizations/${site.organizationId}/policies`, {
        token: site.ownerToken,
      }),
    );
    expect(items, "every Policy of the story was deleted").toEqual([]);
    const known = new Map<string, AccessSubject>();
    for (const { policySet, ...decision } of decisionsIn(events)) {
      const set = known.get(policySet) ?? (await must(setOf(policySet))).content;
      known.set(policySet, set);
      expect(replayDecision(set, decision)).toEqual(decision);
    }
    expect(known.size).toBeGreaterThan(20);
    for (const [hash, set] of known) {
      const digest = createHash("sha256").update(policySetText(set)).digest("hex");
      expect(`sha256:${digest}`).toBe(hash);
    }
  });
});

describe("RBAC-5 who may replay them", () => {
  test("RBAC-5 an Admin reads the policy sets of own Workspaces, and no other", async () => {
    const mine = decisionsIn(await allEvents(admin.token)).map(({ policySet }) => policySet);
    expect(mine.length).toBeGreaterThan(0);
    for (const hash of new Set(mine)) expect((await setOf(hash, admin.token)).status).toBe(200);
    const [here] = cast.workspaces;
    const inHere = new Set(mine);
    const foreign = decisionsIn(events.filter(({ workspaceId }) => workspaceId !== here))
      .map(({ policySet }) => policySet)
      .filter((hash) => !inHere.has(hash));
    expect(foreign.length).toBeGreaterThan(0);
    const unknown = await setOf(`sha256:${"0".repeat(64)}`, admin.token);
    expect(unknown.status).toBe(404);
    for (const hash of new Set(foreign)) {
      const refused = await setOf(hash, admin.token);
      expect({ ...refused.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
    }
  });

  test("RBAC-4 Members read none", async () => {
    const [{ policySet }] = decisionsIn(events) as [Recorded];
    const refused = await setOf(policySet, cast.people["member"]!.token);
    expect(refused.body).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("AUD-2 policy sets are only ever added", () => {
  test.each([
    "update policy_sets set content = ''",
    "delete from policy_sets",
    "truncate policy_sets",
  ])("AUD-2 %s is refused to the application and to the owner", async (statement) => {
    await expect(site.testDatabase.database.pool.query(statement)).rejects.toThrow(/permission/);
    await expect(site.testDatabase.asOwner(statement)).rejects.toThrow(/append-only/);
  });

  test("AUD-2 the database stores no text under another's hash", async () => {
    const insert = site.testDatabase.database.pool.query(
      `insert into policy_sets (organization_id, workspace_id, hash, content, created_at)
       values ($1, $2, $3, '{}', now())`,
      [keyOf(site.organizationId), keyOf(cast.workspaces[0]!), `sha256:${"0".repeat(64)}`],
    );
    await expect(insert).rejects.toThrow(/policy_sets_hash/);
  });
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { closeRun } from "#domain/billing/runs/close-run.ts";
import { parseAmount } from "#domain/billing/units/money.ts";
import { at, gpuRun, setCursor, tickAt, reportRun } from "#domain/billing/testing/world.ts";
import { keyOf } from "#domain/ids.ts";

let site: TestSite;
let workspaceId: string;
let admin: Person;
let member: Person;
let notebook: string;
let container: string;
let volume: string;
const T0 = Date.UTC(2026, 4, 4, 22);
const after = (minutes: number) => new Date(T0 + minutes * 60_000);

beforeAll(async () => {
  site = await startTestSite();
  const { database } = site.site;
  await site.fund("100000");
  workspaceId = await site.createWorkspace({ name: "ml" });
  admin = await site.mint("admin@example.com", { [workspaceId]: "Admin" });
  member = await site.mint("member@example.com", { [workspaceId]: "Member" });
  notebook = await create(admin, "notebooks", {
    name: "research",
    region: "hanoi",
    flavor: "cpu-small",
    image: "jupyter-base",
    homeVolume: { sizeGib: 10 },
    tags: { team: "vision" },
  });
  container = await create(member, "containers", {
    name: "serve",
    region: "hanoi",
    flavor: "h100-sxm5-1",
    template: "ubuntu",
  });
  const { rows } = await database.pool.query(
    "select v.id, o.shard from volumes v join organizations o on o.id = v.organization_id where resource_id = $1",
    [keyOf(notebook)],
  );
  volume = rows[0].id;
  await charge(rows[0].shard);
});
afterAll(() => site?.stop());

async function create({ token }: Person, kind: string, body: object): Promise<string> {
  const path = `/v1/workspaces/${workspaceId}/${kind}`;
  const answer = await site.request("POST", path, { token, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body.id;
}

/** Four hours around midnight, and a stop that no tick has booked yet. */
async function charge(shard: number): Promise<void> {
  const { database } = site.site;
  await setCursor(database, shard, after(0));
  const organizationId = keyOf(site.organizationId);
  const workspaceIds = [keyOf(workspaceId)];
  const organization = { organizationId, shard, currency: "USD" as const, workspaceIds };
  const run = (resourceId: string, more: object) => {
    const priced = { resourceId, startedAt: after(0), pricePerHour: 61_000_001n };
    return at(database, after(0), (tx) =>
      reportRun(tx, { ...gpuRun(organization, priced), priceUsdPerHour: 7n, ...more }),
    );
  };
  await run(keyOf(notebook), {});
  await run(keyOf(container), { service: "container", pricePerHour: 999_983n });
  await run(keyOf(notebook), { kind: "storage", volumeId: volume, pricePerHour: 59n });
  await tickAt(database, shard, after(240));
  const end = { shard, kind: "gpu" as const, subjectId: keyOf(container), endedAt: after(90) };
  await at(database, after(240), (tx) => closeRun(tx, end));
}

interface Item {
  group: string | null;
  name: string | null;
  kind: string;
  minutes: number;
  amount: { amount: string };
}

async function usage(groupBy: string, of = `workspaces/${workspaceId}`, token = site.ownerToken) {
  const range = `from=${after(0).toISOString()}&to=${after(600).toISOString()}`;
  const answer = await site.request("GET", `/v1/${of}/usage?${range}&groupBy=${groupBy}`, {
    token,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body as { items: Item[]; total: { amount: string } };
}

const brief = ({ items }: { items: Item[] }) =>
  items.map(({ group, name, kind, minutes }) => [group, name, kind, minutes]);

test("RES-8 usage by resource, Service, member, day and tag; storage goes by its notebook", async () => {
  const home = expect.stringMatching(/^vol_/);
  expect(new Set(brief(await usage("resource")))).toEqual(
    new Set([
      [notebook, "research", "gpu", 240],
      [container, "serve", "gpu", 240],
      [home, expect.any(String), "storage", 240],
    ]),
  );
  expect(brief(await usage("service"))).toEqual([
    ["container", null, "gpu", 240],
    ["notebook", null, "gpu", 240],
    ["notebook", null, "storage", 240],
  ]);
  expect(new Set(brief(await usage("member")))).toEqual(
    new Set([
      [admin.userId, "admin@example.com", "gpu", 240],
      [admin.userId, "admin@example.com", "storage", 240],
      [member.userId, "member@example.com", "gpu", 240],
    ]),
  );
  expect(brief(await usage("day"))).toEqual([
    ["2026-05-04", null, "gpu", 240],
    ["2026-05-04", null, "storage", 120],
    ["2026-05-05", null, "gpu", 240],
    ["2026-05-05", null, "storage", 120],
  ]);
  expect(brief(await usage("tag:team"))).toEqual([
    ["vision", null, "gpu", 240],
    ["vision", null, "storage", 240],
    [null, null, "gpu", 240],
  ]);
});

test("BIL-2 RES-8 every grouping adds up to what the ledger booked, also before a late stop is", async () => {
  const booked = async () =>
    (
      await site.site.database.pool.query<{ sum: bigint }>(
        "select sum(amount)::bigint as sum from ledger_postings where account = 'charges'",
      )
    ).rows[0]!.sum;
  const sums = async () => {
    const groupings = ["resource", "service", "member", "day", "tag:team", "tag:none"];
    const answers = await Promise.all([
      ...groupings.map((groupBy) => usage(groupBy)),
      ...["workspace", "day"].map((groupBy) =>
        usage(groupBy, `organizations/${site.organizationId}`),
      ),
    ]);
    const totals = answers.flatMap(({ items, total }) => [
      parseAmount(total.amount),
      items.reduce((sum, { amount }) => sum + parseAmount(amount.amount), 0n),
    ]);
    return new Set(totals);
  };
  expect(await sums()).toEqual(new Set([await booked()]));
  const { rows } = await site.site.database.pool.query("select shard from organizations");
  await tickAt(site.site.database, rows[0].shard, after(241));
  expect(await sums()).toEqual(new Set([await booked()]));
  expect(brief(await usage("resource"))).toContainEqual([container, "serve", "gpu", 90]);
});

test("RBAC-4 the Admin reads the usage of the own Workspace; that of the Organization is the Owner's", async () => {
  expect((await usage("service", undefined, admin.token)).items.length).toBe(3);
  const path = `/v1/organizations/${site.organizationId}/usage`;
  expect((await site.request("GET", path, { token: admin.token })).status).toBe(403);
  const own = await usage("workspace", `organizations/${site.organizationId}`);
  expect(own.items[0]).toMatchObject({ group: workspaceId, name: "ml" });
});

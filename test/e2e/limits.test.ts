import { afterAll, beforeAll, expect, test } from "vitest";
import { withSystem } from "../../api/db/tenant.ts";
import { gpuRun, reportRun } from "../../api/domain/billing/testing/world.ts";
import { tick } from "../../api/domain/billing/tick/tick.ts";
import { keyOf, newId } from "../../api/domain/ids.ts";
import { must, roomyCatalogue } from "../support/fixture.ts";
import { startReplica, type Replica } from "../support/replica.ts";
import { requester, type Answer, type Request } from "../support/request.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

let site: TestSite;
let replica: Replica;
/** One requester for each replica. */
let replicas: Request[];
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  replica = await startReplica(site);
  replicas = [site.request, requester(replica.url)];
});
afterAll(async () => {
  await replica?.stop();
  await site?.stop();
});

interface Owned {
  organizationId: string;
  token: string;
}

const container = { name: "trainer", region: "hanoi", flavor: "h100-sxm5-1", template: "ubuntu" };
const PRICE = 2_500_000n;

const codeOf = ({ status, body }: Answer) => (status < 300 ? "accepted" : body.code);

function counted(answers: Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const code of answers.map(codeOf)) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

const noticesOf = async ({ organizationId, token }: Owned) =>
  (await must(site.request("GET", `/v1/organizations/${organizationId}/notices`, { token }))).items;

test("BIL-4 200 creates at once against a Wallet that covers one hour of exactly 3: 3 are accepted, the Owner is told once", async () => {
  const owner = await site.createOrganization("three hours");
  await site.fund("7.50", owner);
  const workspaceId = await site.createWorkspace({ ...owner, ownerToken: owner.token });
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) =>
      replicas[index % 2]!("POST", `/v1/workspaces/${workspaceId}/containers`, {
        token: owner.token,
        body: container,
      }),
    ),
  );
  expect(counted(answers)).toEqual({ accepted: 3, insufficient_balance: 197 });
  expect(await noticesOf(owner)).toMatchObject([
    {
      kind: "lowBalance",
      facts: {
        service: "container",
        needed: { amount: "2.50", currency: "USD" },
        available: { amount: "0.00", currency: "USD" },
      },
    },
  ]);
});

test("WAL-2 100 redemptions of one voucher at once credit once, whoever asks", async () => {
  const [one, other] = [
    await site.createOrganization("one"),
    await site.createOrganization("other"),
  ];
  const { code } = await must(
    site.request("POST", "/v1/operator/vouchers", {
      token: site.operatorToken,
      body: {
        amount: { amount: "12.34", currency: "USD" },
        expiresAt: new Date(Date.now() + 86_400_000 * 30).toISOString(),
      },
    }),
  );
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const { organizationId, token } = index % 4 < 2 ? one : other;
      const path = `/v1/organizations/${organizationId}/vouchers/redeem`;
      return replicas[index % 2]!("POST", path, { token, body: { code } });
    }),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  // Whoever asks too often is not even told.
  for (const code of answers.map(codeOf))
    expect(["accepted", "voucher_used", "too_many_requests"]).toContain(code);
  const totals = await Promise.all(
    [one, other].map(async ({ organizationId, token }) => {
      const path = `/v1/organizations/${organizationId}/wallet`;
      return (await must(site.request("GET", path, { token }))).total.amount;
    }),
  );
  expect(totals.toSorted()).toEqual(["0.00", "12.34"]);
});

/** Asks for containers one after the other until so many were refused; says when each was asked for and what came of it. */
async function keepCreating(request: Request, workspaceId: string, token: string) {
  const asked: { at: number; outcome: string }[] = [];
  for (let refused = 0; refused < 3;) {
    const at = performance.now();
    const path = `/v1/workspaces/${workspaceId}/containers`;
    const outcome = codeOf(await request("POST", path, { token, body: container }));
    asked.push({ at, outcome });
    if (outcome !== "accepted") refused++;
  }
  return asked;
}

test("QUO-2 with creates in flight on two replicas, none that began after the commit which brought the Quota to 100 % is accepted", async () => {
  const owner = await site.createOrganization("spender");
  const { organizationId, token } = owner;
  await site.fund("1000000", owner);
  const { database } = site.testDatabase;
  let acceptedBefore = 0;
  for (let round = 0; round < 8; round++) {
    const workspaceId = await site.createWorkspace({ organizationId, ownerToken: token });
    const body = { period: "month", limitUsd: "1.00" };
    await must(site.request("PUT", `/v1/workspaces/${workspaceId}/quota`, { token, body }));
    await spend(owner, workspaceId);
    await must(
      site.request("POST", "/v1/operator/clock/advance", {
        token: site.operatorToken,
        body: { seconds: 61 },
      }),
    );
    const lanes = [0, 1, 2, 3].map((lane) => keepCreating(replicas[lane % 2]!, workspaceId, token));
    while ((await spentOf(workspaceId, token)) === "0.00") await tick(database);
    const committed = performance.now();
    const asked = (await Promise.all(lanes)).flat();
    const after = asked.filter(({ at }) => at > committed);
    acceptedBefore += asked.filter(({ outcome }) => outcome === "accepted").length;
    expect(after.length).toBeGreaterThan(0);
    expect(new Set(after.map(({ outcome }) => outcome))).toEqual(new Set(["quota_exceeded"]));
  }
  expect(acceptedBefore).toBeGreaterThan(0);
});

/** Begins a run that costs one dollar a minute. */
async function spend({ organizationId }: Owned, workspaceId: string): Promise<void> {
  await withSystem(site.testDatabase.database, async (tx) => {
    const { rows } = await tx.client.query("select shard from organizations where id = $1", [
      keyOf(organizationId),
    ]);
    const organization = {
      organizationId: keyOf(organizationId),
      shard: rows[0].shard,
      currency: "USD" as const,
      workspaceIds: [keyOf(workspaceId)],
    };
    const run = { resourceId: newId(), startedAt: tx.now, pricePerHour: PRICE * 24n };
    await reportRun(tx, gpuRun(organization, run));
  });
}

async function spentOf(workspaceId: string, token: string): Promise<string> {
  return (await must(site.request("GET", `/v1/workspaces/${workspaceId}/quota`, { token })))
    .spentUsd;
}

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { allow, cellsOf, deny, everything, policyTools } from "./testing/policy-tools.ts";

const ROUNDS = Array.from({ length: 5 }, (_, round) => round);
const expecting = { expect: "noNewAccess" };
const hanoi = [allow("notebook", ["hanoi"])];
const both = [allow("notebook", ["hanoi", "tokyo"])];
const notTokyo = [...everything, deny("notebook", ["tokyo"])];

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let workspaceId: string;
let member: Person;
let count = 0;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
});
afterAll(() => site?.stop());
beforeEach(async () => {
  workspaceId = await site.createWorkspace();
  member = await site.mint(`member-${++count}@example.com`, { [workspaceId]: "Member" });
});

type Written = Awaited<ReturnType<ReturnType<typeof policyTools>["write"]>>;

/** Two Policies, each written and attached. */
async function attachBoth(first: unknown[], second: unknown[]): Promise<[Written, Written]> {
  const written = [await tools.write(first), await tools.write(second)] as [Written, Written];
  for (const policy of written) await tools.attach({ workspaceId }, policy);
  return written;
}

/** Of two promises that cannot both be kept exactly one is. */
async function expectOneKept(asked: Promise<{ status: number }>[]) {
  const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 409]);
}

describe("POL-8 what was promised is true when it is answered", () => {
  test.each(ROUNDS)("an edit, and attaching the same Policy: round %i", async () => {
    await tools.attach({ workspaceId }, await tools.write(hanoi));
    const policy = await tools.write(hanoi);
    await expectOneKept([
      tools.attach({ workspaceId }, policy, expecting),
      tools.edit(policy.id, { statements: both, ...expecting }),
    ]);
  });

  test.each(ROUNDS)("an edit, and attaching the same identity policy: round %i", async () => {
    const place = { workspaceId, userId: member.userId };
    await tools.attach(place, await tools.write(hanoi));
    const policy = await tools.write(hanoi);
    await expectOneKept([
      tools.attach(place, policy, expecting),
      tools.edit(policy.id, { statements: both, ...expecting }),
    ]);
  });

  test.each(ROUNDS)("edits of two Policies of one boundary: round %i", async () => {
    const attached = await attachBoth(notTokyo, notTokyo);
    await expectOneKept(
      attached.map(({ id }) => tools.edit(id, { statements: everything, ...expecting })),
    );
  });

  test.each(ROUNDS)("an edit of the one, detaching the other: round %i", async () => {
    const [edited, detached] = await attachBoth(notTokyo, notTokyo);
    await expectOneKept([
      tools.edit(edited.id, { statements: everything, ...expecting }),
      tools.detach({ workspaceId }, detached, expecting),
    ]);
  });

  test.each(ROUNDS)("the same of identity policies: round %i", async () => {
    const place = { workspaceId, userId: member.userId };
    const [edited, detached] = [await tools.write(notTokyo), await tools.write(notTokyo)];
    for (const policy of [edited, detached]) await tools.attach(place, policy);
    await expectOneKept([
      tools.edit(edited.id, { statements: everything, ...expecting }),
      tools.detach(place, detached, expecting),
    ]);
  });

  test.each(ROUNDS)("the cells answered are those of one order: round %i", async () => {
    const [narrow, wide] = await attachBoth(hanoi, everything);
    const [edited, detached] = await Promise.all([
      tools.edit(narrow.id, { statements: both }),
      tools.detach({ workspaceId }, wide),
    ]);
    const gained = cellsOf(edited.body.changes.flatMap(({ gained: cells }: any) => cells));
    const lost = cellsOf(detached.body.lost);
    // Either the edit came first and gave nothing, or it gave back what the other had taken.
    expect(gained.includes("notebook:create tokyo")).toBe(lost.includes("notebook:create tokyo"));
  });
});

test("POL-8 many edits, attachments and detachments at once end without a deadlock", async () => {
  const places = [workspaceId, await site.createWorkspace(), await site.createWorkspace()];
  const policies = [await tools.write(hanoi), await tools.write(both), await tools.write(notTokyo)];
  const pick = <T>(list: readonly T[], at: number) => list[at % list.length]!;
  const answers = await Promise.all(
    Array.from({ length: 120 }, (_, at) => {
      const policy = pick(policies, at);
      const place = { workspaceId: pick(places, Math.floor(at / 3)) };
      const kind = Math.floor(at / 9) % 3;
      if (kind === 0) return tools.attach(place, policy);
      if (kind === 1)
        return tools.edit(policy.id, {
          statements: pick([hanoi, both, notTokyo], at + Math.floor(at / 27)),
        });
      return tools.detach(place, policy);
    }),
  );
  const unexpected = answers.filter(({ status }) => status !== 200 && status !== 404);
  expect(unexpected.map(({ body }) => body)).toEqual([]);
});

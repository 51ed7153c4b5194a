import { compileAccess, diffAccess, type NamedPolicy, type Statement } from "@aifactory/sdk/policy";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { writableSubject } from "./testing/arbitrary-subject.ts";
import { policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
});
afterAll(() => site?.stop());

interface Cell {
  action: string;
  region: string;
  decision: string;
}

const ROUNDS = Array.from({ length: 8 }, (_, round) => round);

test.each(ROUNDS)("POL-6 a diff is what changes when it is saved: set %i", async (round) => {
  const regions = site.site.catalogue.regionIds;
  const workspaceId = await site.createWorkspace({
    services: { notebook: ["hanoi"], container: regions },
  });
  const people: Person[] = [];
  for (const name of ["bound", "free"])
    people.push(await site.mint(`${name}-${round}@example.com`, { [workspaceId]: "Member" }));
  const [bound] = people as [Person];
  const [before, after] = fc.sample(
    writableSubject(regions).filter((it) => it.boundaries.length + it.identityPolicies.length > 1),
    { numRuns: 2, seed: round },
  );

  const names = new Map<string, string>();
  const named = (policies: readonly NamedPolicy[]) =>
    policies.map(({ name, statements }) => {
      if (!names.has(name)) names.set(name, tools.name());
      return { name: names.get(name)!, statements: statements as Statement[] };
    });
  const saved = new Map<string, { id: string }>();
  const save = async ({ name, statements }: NamedPolicy) => {
    const known = saved.get(name);
    if (known === undefined) saved.set(name, await tools.write([...statements], name));
    else await tools.edit(known.id, { statements });
  };
  const places = (subject: typeof before) => [
    ...named(subject!.boundaries).map(({ name }) => ({ policy: name, workspaceId })),
    ...named(subject!.identityPolicies).map(({ name }) => ({
      policy: name,
      workspaceId,
      userId: bound.userId,
    })),
  ];
  const key = (place: object) => JSON.stringify(place);
  for (const policy of named([...before!.boundaries, ...before!.identityPolicies]))
    await save(policy);
  for (const { policy, ...place } of places(before)) await tools.attach(place, saved.get(policy)!);

  const wanted = new Set(places(after).map(key));
  const had = new Set(places(before).map(key));
  const policies = named([...after!.boundaries, ...after!.identityPolicies]);
  const attach = places(after).filter((place) => !had.has(key(place)));
  const detach = places(before).filter((place) => !wanted.has(key(place)));
  const { status, body } = await tools.ask("diff", { policies, attach, detach });
  expect(status, JSON.stringify(body)).toBe(200);

  const matrix = async ({ userId }: Person): Promise<Cell[]> =>
    (await tools.ask("simulate", { principal: { workspaceId, userId } })).body.decisions;
  const first = await Promise.all(people.map(matrix));
  for (const policy of policies) await save(policy);
  for (const { policy, ...place } of attach) await tools.attach(place, saved.get(policy)!);
  for (const { policy, ...place } of detach) await tools.detach(place, saved.get(policy)!);
  const last = await Promise.all(people.map(matrix));

  const userIds = [bound.userId, null];
  const expected = userIds.flatMap((userId, at) => {
    const changed = (from: Cell[], to: Cell[]) =>
      to.flatMap(({ action, region, decision }, index) =>
        decision === "allow" && from[index]!.decision === "deny" ? [{ action, region }] : [],
      );
    const gained = changed(first[at]!, last[at]!);
    const lost = changed(last[at]!, first[at]!);
    return gained.length + lost.length === 0 ? [] : [{ userId, gained, lost }];
  });
  const told = body.changes.map(({ userId, gained, lost }: any) => ({ userId, gained, lost }));
  const byUser = (list: { userId: string | null }[]) =>
    list.toSorted((a, b) => String(a.userId).localeCompare(String(b.userId)));
  expect(byUser(told)).toEqual(byUser(expected));

  const subjectOf = (subject: typeof before, identity: boolean) =>
    compileAccess({
      role: "Member",
      services: "*",
      boundaries: subject!.boundaries,
      identityPolicies: identity ? subject!.identityPolicies : [],
      regions,
    });
  const gains = [true, false].map(
    (identity) => diffAccess(subjectOf(before, identity), subjectOf(after, identity)).gained.length,
  );
  expect(body.newAccess.length).toBe(gains.filter((cells) => cells > 0).length);
});

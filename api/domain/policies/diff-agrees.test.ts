import {
  compileAccess,
  diffAccess,
  type AccessSubject,
  type NamedPolicy,
} from "@aifactory/sdk/policy";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestSite, type TestSite } from "../../../test/support/site.ts";
import { writableSubject } from "./testing/arbitrary-subject.ts";
import { policyTools } from "./testing/policy-tools.ts";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
beforeAll(async () => {
  site = await startTestSite();
  tools = policyTools(site);
});
afterAll(() => site?.stop());

interface Place {
  readonly policy: string;
  readonly workspaceId: string;
  readonly userId?: string;
}
interface Decided {
  readonly action: string;
  readonly region: string;
  readonly decision: "allow" | "deny";
}

const ROUNDS = Array.from({ length: 8 }, (_, round) => round);

test.each(ROUNDS)("POL-6 a diff is what changes when it is saved: set %i", async (round) => {
  const regions = site.site.catalogue.regionIds;
  const services = { notebook: ["hanoi"], container: regions };
  const workspaceId = await site.createWorkspace({ services });
  const bound = await site.mint(`bound-${round}@example.com`, { [workspaceId]: "Member" });
  const free = await site.mint(`free-${round}@example.com`, { [workspaceId]: "Member" });
  const [before, after] = twoSubjects(regions, round);
  const state = stateOf({ workspaceId, userId: bound.userId }, `set-${round}-`);
  await state.save(before);

  const { status, body } = await tools.ask("diff", state.proposalFor(after));
  expect(status, JSON.stringify(body)).toBe(200);
  const matrices = () =>
    Promise.all([free, bound].map(({ userId }) => matrixOf({ workspaceId, userId })));
  const first = await matrices();
  await state.save(after);
  const last = await matrices();

  // Whoever has no identity policies comes first.
  const expected = [null, bound.userId].flatMap((userId, at) => {
    const gained = allowedOnlyIn(last[at]!, first[at]!);
    const lost = allowedOnlyIn(first[at]!, last[at]!);
    return gained.length + lost.length === 0 ? [] : [{ userId, gained, lost }];
  });
  expect(body.changes).toMatchObject(expected);
  const gaining = [true, false].filter((identity) => gainsAnywhere(before, after, identity));
  expect(body.newAccess).toHaveLength(gaining.length);
});

function twoSubjects(regions: readonly string[], seed: number): [AccessSubject, AccessSubject] {
  const subjects = writableSubject(regions).filter(
    ({ boundaries, identityPolicies }) => boundaries.length + identityPolicies.length > 1,
  );
  return fc.sample(subjects, { numRuns: 2, seed }) as [AccessSubject, AccessSubject];
}

/** The Policies of a Workspace and one membership, saved as generated subjects have them. */
function stateOf(member: { workspaceId: string; userId: string }, prefix: string) {
  const { workspaceId } = member;
  const saved = new Map<string, { id: string }>();
  let current: Place[] = [];
  const named = ({ boundaries, identityPolicies }: AccessSubject): NamedPolicy[] =>
    [...boundaries, ...identityPolicies].map((it) => ({ ...it, name: prefix + it.name }));
  const placesOf = ({ boundaries, identityPolicies }: AccessSubject): Place[] => [
    ...boundaries.map(({ name }) => ({ policy: prefix + name, workspaceId })),
    ...identityPolicies.map(({ name }) => ({ policy: prefix + name, ...member })),
  ];
  const without = (places: Place[], others: Place[]) =>
    places.filter(({ policy }) => others.every((other) => other.policy !== policy));
  const proposalFor = (wanted: AccessSubject) => ({
    policies: named(wanted),
    attach: without(placesOf(wanted), current),
    detach: without(current, placesOf(wanted)),
  });
  return {
    proposalFor,
    async save(wanted: AccessSubject): Promise<void> {
      const { policies, attach, detach } = proposalFor(wanted);
      for (const { name, statements } of policies) {
        const known = saved.get(name);
        if (known === undefined) saved.set(name, await tools.write([...statements], name));
        else await tools.edit(known.id, { statements });
      }
      for (const { policy, ...place } of attach) await tools.attach(place, saved.get(policy)!);
      for (const { policy, ...place } of detach) await tools.detach(place, saved.get(policy)!);
      current = placesOf(wanted);
    },
  };
}

async function matrixOf(principal: { workspaceId: string; userId: string }): Promise<Decided[]> {
  return (await tools.ask("simulate", { principal })).body.decisions;
}

function allowedOnlyIn(these: readonly Decided[], those: readonly Decided[]) {
  return these.flatMap(({ action, region, decision }, at) =>
    decision === "allow" && those[at]!.decision === "deny" ? [{ action, region }] : [],
  );
}

/** Whether the bound member (with its identity policies) or anybody else would gain with every Service enabled. */
function gainsAnywhere(before: AccessSubject, after: AccessSubject, identity: boolean): boolean {
  const compile = (subject: AccessSubject) =>
    compileAccess({
      ...subject,
      role: "Member",
      services: "*",
      identityPolicies: identity ? subject.identityPolicies : [],
    });
  return diffAccess(compile(before), compile(after)).gained.length > 0;
}

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NamedPolicy, Statement } from "@aifactory/sdk/policy";
import { ACTIONS } from "@aifactory/sdk/policy";
import {
  startPolicyPack,
  type AnalyzedResource,
} from "../../test/support/pulumi/analyzer/policy-pack.ts";
import { startTestSite, type TestSite } from "../../test/support/site.ts";
import { resource } from "@aifactory/policy-kit/testing";
import { attach, inside, policy, workspace } from "./testing/program.ts";

const PROGRAMS = 36;
const context = { project: "program", stack: "test", preview: true, config: {}, env: {} };

/** What both sides are asked to create, with a flavor that there is. */
const CELLS = [
  { kind: "Notebook", region: "hanoi", flavor: "cpu-small" },
  { kind: "Notebook", region: "tokyo", flavor: "cpu-small" },
  { kind: "GpuContainer", region: "hanoi", flavor: "h100-sxm5-1" },
  { kind: "GpuContainer", region: "tokyo", flavor: "h200-sxm5-1" },
] as const;

const statement: fc.Arbitrary<Statement> = fc
  .constantFrom("notebook" as const, "container" as const)
  .chain((service) =>
    fc.record({
      effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
      service: fc.constant(service),
      regions: fc.constantFrom("*" as const, ["hanoi"], ["tokyo"], ["hanoi", "tokyo"]),
      actions: fc.oneof(
        fc.constantFrom("*" as const, [`${service}:create` as const], [`${service}:read` as const]),
        fc.subarray([...ACTIONS[service]], { minLength: 2, maxLength: 4 }),
      ),
    }),
  );

interface Case {
  readonly role: "Admin" | "Member";
  readonly boundaries: readonly NamedPolicy[];
  readonly identityPolicies: readonly NamedPolicy[];
}

const policies = (prefix: string, maxLength: number): fc.Arbitrary<NamedPolicy[]> =>
  fc
    .array(fc.array(statement, { minLength: 1, maxLength: 4 }), { maxLength })
    .map((sets) => sets.map((statements, at) => ({ name: `${prefix}-${at}`, statements })));

const cases: fc.Arbitrary<Case> = fc.record({
  role: fc.constantFrom("Member", "Member", "Admin"),
  boundaries: policies("boundary", 3),
  identityPolicies: fc.oneof(fc.constant([]), policies("identity", 2)),
});

describe("IAC-7 agreement", () => {
  let site: TestSite;
  let serial = 0;
  beforeAll(async () => {
    // Without credit: what Policies let through is refused for the balance, and nothing is made.
    site = await startTestSite();
  });
  afterAll(() => site.stop());

  const must = async (method: string, path: string, body?: unknown) => {
    const token = site.ownerToken;
    const answer = await site.request(
      method,
      path,
      body === undefined ? { token } : { token, body },
    );
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

  /** The cells that the API's Policies refuse to a principal, asked over HTTP. */
  async function refusedByApi({ role, boundaries, identityPolicies }: Case): Promise<string[]> {
    serial += 1;
    const workspaceId = await site.createWorkspace();
    const { token, userId } = await site.mint(`person-${serial}@example.com`, {
      [workspaceId]: role,
    });
    const place = `/v1/workspaces/${workspaceId}`;
    const attachAll = async (list: readonly NamedPolicy[], to: string) => {
      for (const { name, statements } of list) {
        const body = { name: `${name}-${serial}`, statements };
        const { id } = await must(
          "POST",
          `/v1/organizations/${site.organizationId}/policies`,
          body,
        );
        await must("PUT", `${to}/policies/${id}`);
      }
    };
    await attachAll(boundaries, place);
    await attachAll(identityPolicies, `${place}/members/${userId}`);
    const refused: string[] = [];
    for (const { kind, region, flavor } of CELLS) {
      const common = { name: "n", region, flavor };
      const answer =
        kind === "Notebook"
          ? await site.request("POST", `${place}/notebooks`, {
              token,
              body: { ...common, image: "jupyter-base", homeVolume: { sizeGib: 10 } },
            })
          : await site.request("POST", `${place}/containers`, {
              token,
              body: { ...common, template: "ubuntu" },
            });
      expect(["policy_denied", "insufficient_balance"]).toContain(answer.body.code);
      if (answer.body.code === "policy_denied") refused.push(`${kind}-${region}`);
    }
    return refused;
  }

  /** The cells that a running pack refuses, before anything has an id or afterwards. */
  async function refusedByPack(
    { role, boundaries, identityPolicies }: Case,
    known: boolean,
  ): Promise<string[]> {
    const ids = (properties: object): object => (known ? properties : {});
    const ws = { workspaceId: "ws_01jd0000000000000000000000" };
    const place = workspace("ml", ids(ws) as never);
    const attached = boundaries.flatMap(({ name, statements }) => {
      const id = { policyId: `pol_${name}` };
      const made = policy(name, statements, ids(id) as never);
      return [made, attach(place, made, ids({ ...ws, ...id }) as never)];
    });
    const wanted = CELLS.map(({ kind, region }) => {
      const made = inside(place, region, `${kind}-${region}`, kind);
      return { ...made, properties: { ...made.properties, ...ids(ws) } } as AnalyzedResource;
    });
    const program = [
      resource("Quota", "q", { period: "day", limitUsd: "1" }),
      place,
      ...attached,
      ...wanted,
    ];
    const config = { role, identityPolicies } as never;
    const pack = await startPolicyPack(
      { directory: import.meta.dirname, config: { "permission-boundary": config } },
      context,
    );
    try {
      const violations = await pack.analyzeStack(program);
      expect(violations.filter(({ level }) => level !== "mandatory")).toEqual([]);
      return violations.map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2));
    } finally {
      await pack.close();
    }
  }

  it(
    `the pack refuses what the API's boundary layer refuses, in ${PROGRAMS} generated programs`,
    { timeout: 300_000 },
    async () => {
      let refusals = 0;
      await fc.assert(
        fc.asyncProperty(cases, fc.boolean(), async (generated, known) => {
          const byApi = await refusedByApi(generated);
          expect(await refusedByPack(generated, known)).toEqual(byApi);
          refusals += byApi.length;
        }),
        { numRuns: PROGRAMS, seed: 20_261_121 },
      );
      // The cases are worth something: both answers occur often.
      expect(refusals).toBeGreaterThan(PROGRAMS);
      expect(refusals).toBeLessThan(PROGRAMS * (CELLS.length - 1));
    },
  );
});

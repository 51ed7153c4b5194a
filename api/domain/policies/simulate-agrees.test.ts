import {
  LAYERS,
  operationRow,
  SERVICES,
  type AccessSubject,
  type Service,
} from "@aifactory/sdk/policy";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { allOperations } from "../../contract/operations.ts";
import type { Operation } from "../../contract/operation.ts";
import { pathOf, requestFor, type FixtureRequest } from "../../../test/support/fixture-requests.ts";
import { fund, must, roomyCatalogue } from "../../../test/support/fixture.ts";
import { startTestSite, type Person, type TestSite } from "../../../test/support/site.ts";
import { writableSubject } from "./testing/arbitrary-subject.ts";
import { policyTools } from "./testing/policy-tools.ts";

// Lists are filtered, not refused.
const operations = allOperations().filter(
  ({ id }) => operationRow(id).action !== undefined && !id.startsWith("list"),
);
const REGION = "hanoi";

let site: TestSite;
let tools: ReturnType<typeof policyTools>;
let elsewhere: string;
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  tools = policyTools(site);
  await fund(site);
  elsewhere = await site.createWorkspace();
});
afterAll(() => site?.stop());

interface Prepared {
  readonly operation: Operation;
  readonly owns: boolean;
  readonly request: FixtureRequest;
}

/** A request of every operation, to something that its caller owns or that somebody else does. */
async function prepare(workspaceId: string, caller: Person, other: Person): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const [at, operation] of operations.entries()) {
    const creates = operationRow(operation.id).target === "workspace";
    const owns = creates || at % 3 > 0;
    const creator = (owns ? caller : other).token;
    const made = await requestFor(operation.id, { site, workspaceId, elsewhere, creator });
    // A growing disk needs another action beside the operation's own (POL-9).
    const { disk: _, ...body } = (made.body ?? {}) as Record<string, unknown>;
    const request = operation.id === "updateContainer" ? { ...made, body } : made;
    prepared.push({ operation, owns, request });
  }
  return prepared;
}

/** Makes a generated subject real. */
async function bind(workspaceId: string, { userId }: Person, subject: AccessSubject) {
  for (const [policies, place] of [
    [subject.boundaries, { workspaceId }],
    [subject.identityPolicies, { workspaceId, userId }],
  ] as const)
    for (const { statements } of policies)
      await tools.attach(place, await tools.write([...statements]));
  const { services } = subject;
  for (const service of SERVICES) {
    const enabled = services === "*" ? "*" : services[service as Service];
    const path = `/v1/workspaces/${workspaceId}/services/${service}`;
    const regions = enabled === "*" ? site.site.catalogue.regionIds : enabled;
    const token = site.ownerToken;
    if (regions === undefined) await must(site.request("DELETE", path, { token }));
    else await must(site.request("PUT", path, { token, body: { regions } }));
  }
}

const subjects = fc.sample(
  writableSubject(["hanoi", "tokyo"]).filter(({ role }) => role !== "Owner"),
  { numRuns: 14, seed: 6 },
);
const seen = new Set<string | null>();
const bound = subjects.map((subject) => [subject.role, subject] as const);
const owners = [["Owner", { ...subjects[0]!, services: { container: ["hanoi"] } }]] as const;

test.each([...bound, ...owners])(
  "POL-6 what simulate says of a saved %s is what the API answers (%#)",
  async (role, subject) => {
    const workspaceId = await site.createWorkspace();
    const other = await site.mint("other@example.com", { [workspaceId]: "Member" });
    const caller =
      role === "Owner"
        ? { token: site.ownerToken, userId: site.ownerId }
        : await site.mint(`${role}@example.com`, { [workspaceId]: role });
    const prepared = await prepare(workspaceId, caller, other);
    await bind(workspaceId, role === "Owner" ? other : caller, subject);

    const requests = prepared.map(({ operation, owns }) => ({
      action: operationRow(operation.id).action!,
      region: REGION,
      owns,
    }));
    const principal = { workspaceId, userId: caller.userId };
    const { body } = await tools.ask("simulate", { principal, requests });
    for (const [at, { operation, request }] of prepared.entries()) {
      seen.add(body.decisions[at].layer);
      const { status, body: answer } = await site.request(
        operation.method.toUpperCase(),
        pathOf(operation, request),
        { token: caller.token, body: request.body, upgrade: operation.status === 101 },
      );
      expect(
        { operation: operation.id, status, ...whyOf(answer) },
        JSON.stringify(body.decisions[at]),
      ).toEqual({ operation: operation.id, ...expectedOf(operation, body.decisions[at]) });
    }
  },
);

test("POL-3 every layer decided some of them", () => {
  expect(seen).toEqual(new Set([null, ...LAYERS]));
});

/** What a refusal says of its reasons. */
function whyOf(answer: any) {
  if (answer?.code === undefined) return {};
  const { code, layer, statements, nearestMiss, detail } = answer;
  return layer === "role"
    ? { code, layer }
    : { code, layer, statements, nearestMiss, message: detail };
}

function expectedOf({ status }: Operation, simulated: any) {
  const { decision, layer, statements, nearestMiss, message } = simulated;
  if (decision === "allow") return { status };
  if (layer === "role") return { status: 403, code: "forbidden", layer };
  const code = layer === "service" ? "service_not_enabled" : "policy_denied";
  return { status: 403, code, layer, statements, nearestMiss, message };
}

import { operationRow, type Action } from "@aifactory/sdk/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operation } from "../../api/contract/operation.ts";
import { allOperations } from "../../api/contract/operations.ts";
import { pathOf, requestFor, type FixtureRequest } from "../support/fixture-requests.ts";
import {
  attachPolicy,
  containerIn,
  notebookIn,
  volumeIn,
  writePolicy,
} from "../support/fixture-targets.ts";
import { fund, must, roomyCatalogue } from "../support/fixture.ts";
import type { Answer } from "../support/request.ts";
import { startTestSite, type Person, type TestSite } from "../support/site.ts";

const SERVICES = ["notebook", "container", "inference"];
const operations = allOperations().filter(({ id }) => operationRow(id).action !== undefined);
const lists = operations.filter(({ id }) => /^list(Notebooks|Containers|Volumes)$/.test(id));
const others = operations.filter((operation) => !lists.includes(operation));

/** POL-3: what costs money can be seen, stopped and deleted whatever the Owner disables. */
const NEED_NO_SERVICE = new Set(["read", "stop", "delete", "delete-volume"]);

let site: TestSite;
let elsewhere: string;
let admin: Person;
let member: Person;
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  await fund(site);
  elsewhere = await site.createWorkspace();
});
afterAll(() => site?.stop());

describe("POL-3 a boundary that denies one action", () => {
  test.each(others)("$id: the Owner as before, Admin and Member 403", async (operation) => {
    const requests = await prepare(operation);
    await deny(requests.workspaceId, operation);
    const { action } = operationRow(operation.id);
    const refusal = {
      status: 403,
      code: "policy_denied",
      action,
      region: "hanoi",
      layer: "explicitDeny",
      statements: [{ index: SERVICES.length, source: "boundary" }],
      nearestMiss: null,
      remedy: { allowedRegions: [], ask: "Owner", neededRoles: [] },
    };
    expect((await send(operation, admin, requests)).body).toMatchObject(refusal);
    expect((await send(operation, member, requests)).body).toMatchObject(refusal);
    expectDone(operation, await send(operation, owner(), requests));
  });

  test.each(lists)("$id: the Owner sees what Admin and Member do not", async (operation) => {
    const requests = await prepare(operation);
    await deny(requests.workspaceId, operation);
    expect((await send(operation, admin, requests)).body.items).toEqual([]);
    expect((await send(operation, member, requests)).body.items).toEqual([]);
    expect((await send(operation, owner(), requests)).body.items).toHaveLength(1);
  });
});

describe("POL-3 ORG-4 a Service that was disabled", () => {
  test.each(operations)("$id: for everybody alike", async (operation) => {
    const { workspaceId, ...requests } = await prepare(operation);
    const [service, verb] = operationRow(operation.id).action!.split(":") as [string, string];
    const path = `/v1/workspaces/${workspaceId}/services/${service}`;
    await must(site.request("DELETE", path, { token: site.ownerToken }));
    for (const caller of [owner(), admin, member]) {
      const answer = await send(operation, caller, requests);
      if (NEED_NO_SERVICE.has(verb)) expectDone(operation, answer);
      else
        expect(answer.body).toMatchObject({
          status: 403,
          code: "service_not_enabled",
          service,
          layer: "service",
          remedy: { allowedRegions: [], ask: "Owner" },
        });
    }
  });
});

describe("POL-3 a boundary that allows another region only", () => {
  test.each(others)("$id: says where it is allowed, and by which statement", async (operation) => {
    const requests = await prepare(operation);
    const service = operationRow(operation.id).action!.split(":")[0]!;
    const statements = [
      { effect: "Allow", service: "inference", regions: "*", actions: "*" },
      { effect: "Allow", service, regions: ["tokyo"], actions: "*" },
    ];
    const policyId = await writePolicy(site, statements);
    await attachPolicy({ site, workspaceId: requests.workspaceId }, { policyId });
    for (const caller of [admin, member]) {
      const { body } = await send(operation, caller, requests);
      expect(body).toMatchObject({
        status: 403,
        code: "policy_denied",
        region: "hanoi",
        layer: "boundary",
        statements: [],
        nearestMiss: { index: 1 },
        remedy: { allowedRegions: ["tokyo"], ask: "Owner" },
      });
      expect(body.detail).toContain(
        "nearest statement 2 allows tokyo. Use tokyo, or ask the Owner",
      );
    }
    expectDone(operation, await send(operation, owner(), requests));
  });

  test.each(lists)(
    "$id: shows what may be read one by one, and nothing else",
    async (operation) => {
      const requests = await prepare(operation);
      const { workspaceId } = requests;
      const kind = operation.path.split("/").at(-1)!;
      const elsewhereInIt = await makeInTokyo(kind, workspaceId);
      const service = operationRow(operation.id).action!.split(":")[0]!;
      const statements = [{ effect: "Allow", service, regions: ["tokyo"], actions: "*" }];
      const policyId = await writePolicy(site, statements);
      await attachPolicy({ site, workspaceId }, { policyId });
      const all = (await send(operation, owner(), requests)).body.items;
      expect(all).toHaveLength(2);
      for (const caller of [admin, member]) {
        const { items } = (await send(operation, caller, requests)).body;
        expect(items.map(({ id }: { id: string }) => id)).toEqual([elsewhereInIt]);
        for (const { id, region } of all) {
          const one = await site.request("GET", `/v1/${kind}/${id}`, { token: caller.token });
          expect(one.status).toBe(region === "tokyo" ? 200 : 403);
        }
      }
    },
  );
});

async function makeInTokyo(kind: string, workspaceId: string): Promise<string> {
  const bodies: Record<string, object> = {
    notebooks: { flavor: "cpu-small", image: "jupyter-base", homeVolume: { sizeGib: 10 } },
    containers: { flavor: "h200-sxm5-1", image: "ubuntu:24.04" },
    volumes: { sizeGib: 10 },
  };
  const body = { name: "there", region: "tokyo", ...bodies[kind] };
  const path = `/v1/workspaces/${workspaceId}/${kind}`;
  return (await must(site.request("POST", path, { token: site.ownerToken, body }))).id;
}

interface Prepared {
  readonly workspaceId: string;
  /** One for each caller: what one may do, it does. */
  readonly byToken: ReadonlyMap<string, FixtureRequest>;
}

/** A Workspace with an Admin and a Member, and for Owner, Admin and Member each a target that the Member owns. */
async function prepare(operation: Operation): Promise<Prepared> {
  const workspaceId = await site.createWorkspace();
  admin = await site.mint("admin@example.com", { [workspaceId]: "Admin" });
  member = await site.mint("member@example.com", { [workspaceId]: "Member" });
  const place = { site, workspaceId, elsewhere, creator: member.token };
  const byToken = new Map<string, FixtureRequest>();
  for (const { token } of [owner(), admin, member])
    byToken.set(token, await requestFor(operation.id, place));
  if (operation.id === "listNotebooks") await notebookIn(place);
  if (operation.id === "listContainers") await containerIn(place);
  if (operation.id === "listVolumes") await volumeIn(place);
  return { workspaceId, byToken };
}

/** Everything is allowed but the action of the operation. */
async function deny(workspaceId: string, operation: Operation): Promise<void> {
  const action = operationRow(operation.id).action as Action;
  const allow = SERVICES.map((service) => ({
    effect: "Allow",
    service,
    regions: "*",
    actions: "*",
  }));
  const service = action.slice(0, action.indexOf(":"));
  const denial = { effect: "Deny", service, regions: "*", actions: [action] };
  const policyId = await writePolicy(site, [...allow, denial]);
  await attachPolicy({ site, workspaceId }, { policyId });
}

function owner(): Pick<Person, "token"> {
  return { token: site.ownerToken };
}

function send(
  operation: Operation,
  { token }: Pick<Person, "token">,
  { byToken }: Pick<Prepared, "byToken">,
): Promise<Answer> {
  const request = byToken.get(token)!;
  const path = pathOf(operation, request);
  const upgrade = operation.status === 101;
  return site.request(operation.method.toUpperCase(), path, { token, body: request.body, upgrade });
}

function expectDone(operation: Operation, answer: Answer): void {
  expect(answer.status, JSON.stringify(answer.body)).toBe(operation.status);
}

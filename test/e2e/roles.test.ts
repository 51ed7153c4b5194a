import { operationRow } from "@aifactory/sdk/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problem } from "../../api/contract/common.ts";
import type { Operation } from "../../api/contract/operation.ts";
import { allOperations } from "../../api/contract/operations.ts";
import { newId, publicId } from "../../api/domain/ids.ts";
import { fingerprint } from "../support/fixture-fingerprint.ts";
import { pathOf, requestFor, type FixtureRequest } from "../support/fixture-requests.ts";
import {
  makeFixture,
  roomyCatalogue,
  STANDINGS,
  type Actor,
  type ActorName,
  type Fixture,
} from "../support/fixture.ts";
import type { Answer } from "../support/request.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { expectedRefusal, type Refusal } from "./expected-answer.ts";
import { expectHelp } from "./expected-help.ts";

let site: TestSite;
let fixture: Fixture;
/** The database as a refusal left it; null once something else was done. */
let lastSeen: string | null = null;
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  fixture = await makeFixture(site);
});
afterAll(() => site?.stop());

for (const operation of allOperations()) {
  describe(operation.id, () => {
    for (const name of Object.keys(STANDINGS) as ActorName[]) {
      const refusal = expectedRefusal(operation, STANDINGS[name]);
      const outcome = refusal === null ? operation.status : `${refusal.status} ${refusal.code}`;
      test(`RBAC-7 ${operation.id} × ${name}: ${outcome}`, async () => {
        const actor = fixture.actors[name];
        if (refusal === null) await expectSuccess(operation, actor);
        else await expectRefusal(operation, actor, refusal);
      });
    }
  });
}

async function expectSuccess(operation: Operation, actor: Actor): Promise<void> {
  const request = await requestOf(operation, actor, { refused: false });
  lastSeen = null;
  const answer = await send(operation, actor, request);
  expect(answer.status, JSON.stringify(answer.body)).toBe(operation.status);
  if (operation.response === null) return expect(answer.body).toBeNull();
  // The schema strips what it does not declare, so that this also shows that nothing undeclared got out.
  expect(operation.response.parse(answer.body)).toEqual(answer.body);
}

async function expectRefusal(
  operation: Operation,
  actor: Actor,
  refusal: NonNullable<Refusal>,
): Promise<void> {
  const request = await sharedRequest(operation, actor);
  const changes = !operation.safe;
  const before = changes ? (lastSeen ?? (await fingerprint(site))) : null;
  const answer = await send(operation, actor, request);
  expect(answer.body).toMatchObject(refusal);
  expect(answer.status).toBe(refusal.status);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(problem.safeParse(answer.body).error).toBeUndefined();
  if (refusal.status === 403) expectHelp(operation, actor, answer.body);
  if (changes) {
    lastSeen = await fingerprint(site);
    expect(lastSeen, "a refusal changes nothing").toBe(before);
  }
  if (refusal.status === 404) await expectLikeUnknown(operation, actor, request, answer);
}

/** RBAC-6: exactly as if it did not exist. */
async function expectLikeUnknown(
  operation: Operation,
  actor: Actor,
  request: FixtureRequest,
  answer: Answer,
): Promise<void> {
  const { target } = operationRow(operation.id);
  const unknown = publicId(target as Parameters<typeof publicId>[0], newId());
  const params = { ...request.params, [`${target}Id`]: unknown };
  const twin = await send(operation, actor, { ...request, params });
  expect({ ...answer.body, requestId: "" }).toEqual({ ...twin.body, requestId: "" });
}

function send(operation: Operation, actor: Actor, request: FixtureRequest): Promise<Answer> {
  return site.request(operation.method.toUpperCase(), pathOf(operation, request), {
    token: request.token ?? actor.token,
    body: request.body,
    upgrade: operation.status === 101,
  });
}

function requestOf(
  operation: Operation,
  actor: Actor,
  { refused }: { refused: boolean },
): Promise<FixtureRequest> {
  const { here, elsewhere, bystander } = fixture;
  const own = actor.owns || OF_ONESELF.has(operation.id);
  const creator = own ? actor.unrestricted : bystander.token;
  const bound = actor.boundTo !== null;
  return requestFor(operation.id, { site, workspaceId: here, elsewhere, creator, bound, refused });
}

/** Done to what belongs to the caller, whoever it is. */
const OF_ONESELF: ReadonlySet<string> = new Set([
  "revokeToken",
  "acceptInvitation",
  "leaveWorkspace",
]);

const shared = new Map<string, Promise<FixtureRequest>>();

/** A request whose target is used again: whoever is refused leaves it as it was. */
function sharedRequest(operation: Operation, actor: Actor): Promise<FixtureRequest> {
  const key = `${operation.id} ${actor.owns} ${actor.kind}`;
  const known = shared.get(key);
  if (known !== undefined) return known;
  lastSeen = null;
  const made = requestOf(operation, actor, { refused: true });
  shared.set(key, made);
  return made;
}

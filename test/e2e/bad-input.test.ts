import { OPERATIONS, type OperationId } from "@aifactory/sdk/policy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyIsOptional, type Operation } from "../../api/contract/operation.ts";
import { allOperations } from "../../api/contract/operations.ts";
import { fingerprint } from "../support/fixture-fingerprint.ts";
import { pathOf, requestFor, type FixtureRequest } from "../support/fixture-requests.ts";
import { fund, roomyCatalogue } from "../support/fixture.ts";
import type { Answer, RequestOptions } from "../support/request.ts";
import { samplesOf } from "../support/samples.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { bodySchema, pathParameters, queryFaults, resolve } from "./described.ts";
import { placesOf, reaches, violationsOf } from "./violations.ts";

const operations = allOperations().filter((operation) => !operation.open);
const withBody = operations.filter((operation) => operation.body !== null);

let site: TestSite;
/** A request to each operation whose target is there. */
const requests = new Map<OperationId, FixtureRequest>();
/** Of somebody who may do what the Owner cannot: leave. */
let memberToken: string;
let before: string;
beforeAll(async () => {
  site = await startTestSite({ adapt: roomyCatalogue });
  await fund(site);
  const workspaceId = await site.createWorkspace();
  const elsewhere = await site.createWorkspace();
  const place = { site, workspaceId, elsewhere, creator: site.ownerToken, refused: true };
  for (const { id } of operations) requests.set(id, await requestFor(id, place));
  memberToken = (await site.mint("member@example.com", { [workspaceId]: "Member" })).token;
  before = await fingerprint(site);
});
afterAll(() => site?.stop());

describe("bodies", () => {
  test.each(withBody)("every field of the body of $id is in a sample", (operation) => {
    const places = placesOf(bodySchema(operation), resolve);
    const unreached = places.filter(
      (place) => !samples(operation).some((sample) => reaches(sample, place)),
    );
    expect(unreached).toEqual([]);
  });

  test.each(withBody)("$id names the field that is wrong", async (operation) => {
    const wrong: string[] = [];
    for (const sample of samples(operation)) {
      for (const { fault, pointer, value } of violationsOf(
        bodySchema(operation),
        sample,
        resolve,
      )) {
        const answer = await send(operation, { body: JSON.stringify(value) });
        if (!accuses(answer, pointer)) wrong.push(describeAnswer(`${fault} at ${pointer}`, answer));
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(withBody)("$id refuses what is no JSON, and other content types", async (operation) => {
    for (const body of ["{", "", "nul", '{"a":1}}'].slice(0, bodyIsOptional(operation) ? 1 : 4)) {
      const answer = await send(operation, { body });
      expect(answer.status, `body ${body}`).toBe(400);
      expect(answer.body).toMatchObject({ code: "invalid_input", errors: [{ pointer: "" }] });
    }
    const body = JSON.stringify(samples(operation)[0]);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      const answer = await send(operation, { body, headers: { "content-type": type } });
      expect(answer.body, type).toMatchObject({ status: 415, code: "unsupported_media_type" });
    }
    const large = await send(operation, { body: JSON.stringify({ large: "x".repeat(1_048_576) }) });
    expect(large.body).toMatchObject({ status: 413, code: "body_too_large" });
  });

  test("what is required is missed where there is no body at all", async () => {
    for (const operation of withBody.filter((it) => !bodyIsOptional(it))) {
      const answer = await send(operation, {});
      expect(accuses(answer, ""), describeAnswer(operation.id, answer)).toBe(true);
    }
  });
});

test.each(operations)("$id names the query parameter that is wrong", async (operation) => {
  const wrong: string[] = [];
  for (const { name, value } of queryFaults(operation)) {
    const right = requests.get(operation.id)!.query ?? {};
    const query = String(new URLSearchParams({ ...right, [name]: value }));
    const answer = await send(operation, { query });
    if (!accuses(answer, `?${name}`)) wrong.push(describeAnswer(query, answer));
  }
  const repeated = await send(operation, { query: "limit=1&limit=2" });
  if (!accuses(repeated, "?limit")) wrong.push(describeAnswer("limit twice", repeated));
  expect(wrong).toEqual([]);
});

// Every id has a form; what has not is answered as what is not there (RBAC-6).
const MALFORMED = ["nope", "ws_", "usr_01JD0000000000000000000000", "nb_%00", "a".repeat(300), "%"];

test.each(operations)("RBAC-6 $id knows nothing of malformed ids", async (operation) => {
  const wrong: string[] = [];
  for (const name of pathParameters(operation)) {
    for (const malformed of MALFORMED) {
      const params = { ...requests.get(operation.id)!.params, [name]: malformed };
      const answer = await send(operation, { params });
      if (answer.status !== 404 || answer.body.code !== "not_found")
        wrong.push(describeAnswer(`${name} = ${malformed}`, answer));
    }
  }
  expect(wrong).toEqual([]);
});

test("none of it left anything in the database", async () => {
  expect(await fingerprint(site)).toBe(before);
});

function samples(operation: Operation): Record<string, unknown>[] {
  return samplesOf(operation.id, {
    organizationId: site?.organizationId ?? "org_01jd0000000000000000000000",
    workspaceId: "ws_01jd0000000000000000000000",
    containerId: "ctr_01jd0000000000000000000000",
    voucherCode: "ABCDEFGH12",
  });
}

interface Sent extends Pick<RequestOptions, "body" | "headers"> {
  query?: string;
  params?: Record<string, string>;
}

/** Sends it as somebody who may do the operation, to a target that is there. */
function send(operation: Operation, { query, params, ...options }: Sent): Promise<Answer> {
  const byOperator = OPERATIONS[operation.id].target === "operator";
  const byMember = OPERATIONS[operation.id].Owner === "no" ? memberToken : site.ownerToken;
  const token = byOperator ? site.operatorToken : byMember;
  const path = pathOf(operation, { params: params ?? requests.get(operation.id)!.params });
  const target = query === undefined ? path : `${path}?${query}`;
  return site.request(operation.method.toUpperCase(), target, { token, ...options });
}

/** Whether the answer blames this place, and no other but what is inside of it. */
function accuses({ status, body }: Answer, pointer: string): boolean {
  const pointers: string[] = (body?.errors ?? []).map((it: { pointer: string }) => it.pointer);
  return (
    status === 400 &&
    body.code === "invalid_input" &&
    pointers.some((it) => it === pointer) &&
    pointers.every((it) => it.startsWith(pointer))
  );
}

function describeAnswer(title: string, { status, body }: Answer): string {
  const pointers = (body?.errors ?? []).map((it: { pointer: string }) => it.pointer);
  return `${title}: ${status} ${body?.code} ${JSON.stringify(pointers)}`;
}

import { expect, test } from "vitest";
import { createClient } from "./create-client.ts";
import { AiFactoryError, ConnectionError, GoneError, isCode, NotFoundError } from "./errors.ts";
import { answer, refuse, serve, type Answer } from "./testing/server.ts";

const notebook = { path: { notebookId: "nb_1" } };

async function refusedWith(given: Answer): Promise<AiFactoryError> {
  const { url } = await serve(given);
  const client = createClient({ url, token: "t", retries: 0 });
  const error: unknown = await client.getNotebook(notebook).then(
    () => expect.unreachable("it was not refused"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AiFactoryError);
  return error as AiFactoryError;
}

test("a refusal carries code, status, detail, request id, pointers and the whole problem", async () => {
  const errors = [{ pointer: "/homeVolume/sizeGib", code: "too_small", message: "must be ≥ 1" }];
  const error = await refusedWith(refuse(400, "invalid_input", { errors, limit: 7 }));
  expect(error).toMatchObject({ code: "invalid_input", status: 400, requestId: "req_1", errors });
  expect(error.detail).toBe("Refused: invalid_input.");
  expect(error.message).toBe("Refused: invalid_input. [invalid_input, request req_1]");
  expect(error.problem?.["limit"]).toBe(7);
});

test("isCode tells refusals apart by their stable code, and from other errors", async () => {
  const error: unknown = await refusedWith(refuse(403, "quota_exceeded"));
  expect(isCode(error, "quota_exceeded")).toBe(true);
  expect(isCode(error, "policy_denied")).toBe(false);
  expect(isCode(new Error("quota_exceeded"), "quota_exceeded")).toBe(false);
});

test("RBAC-8 a 403 says as data what refused and what would allow it; other refusals say nothing of the kind", async () => {
  const remedy = {
    allowedRegions: ["hanoi"],
    neededRoles: [],
    ask: "Owner",
    credential: null,
    notBefore: null,
  };
  const nearestMiss = { policy: "vn-only", index: 1 };
  const told = { layer: "boundary", remedy, action: "notebook:create", region: "tokyo" };
  const denied = await refusedWith(
    refuse(403, "policy_denied", { ...told, statements: [], nearestMiss }),
  );
  expect(denied.refusal).toEqual({ ...told, statements: [], nearestMiss });
  const token = { layer: "token", remedy: { ...remedy, ask: null, credential: "readWrite" } };
  const readOnly = await refusedWith(refuse(403, "token_read_only", token));
  const silent = { action: null, region: null, statements: [], nearestMiss: null };
  expect(readOnly.refusal).toEqual({ ...token, ...silent });
  expect((await refusedWith(refuse(409, "invalid_state"))).refusal).toBeNull();
});

test("RBAC-6 what the caller may not know of is a NotFoundError", async () => {
  const error = await refusedWith(refuse(404, "not_found"));
  expect(error).toBeInstanceOf(NotFoundError);
  expect(error.name).toBe("NotFoundError");
});

test("RES-1 a deleted notebook is a GoneError that names what replaced it", async () => {
  const replaced = await refusedWith(refuse(410, "gone", { replacedBy: "nb_2" }));
  expect(replaced).toBeInstanceOf(GoneError);
  expect(replaced).toHaveProperty("replacedBy", "nb_2");
  expect(await refusedWith(refuse(410, "gone", { replacedBy: null }))).toHaveProperty(
    "replacedBy",
    null,
  );
});

test.each<[string, Answer]>([
  ["a proxy's page", (response) => void response.writeHead(502).end("<html>Bad gateway</html>")],
  ["JSON that is no problem", answer({ message: "no" }, 500)],
  ["another server's refusal", answer({ code: "no", detail: "No." }, 500)],
  ["JSON that is no object", answer(null, 500)],
  [
    "a success that is no JSON",
    (response) => void response.writeHead(200).end("<html>Welcome</html>"),
  ],
])("%s is an unexpected answer", async (_, given) => {
  const error = await refusedWith(given);
  expect(error).toMatchObject({ code: "unexpected_answer", requestId: null, problem: null });
  expect(error.detail).toContain("/v1/notebooks/nb_1 answered");
});

test("a redirect is not followed: it would take the credentials elsewhere", async () => {
  const elsewhere = await serve(answer({ id: "nb_1" }));
  const error = await refusedWith(
    (response) => void response.writeHead(307, { location: elsewhere.url }).end(),
  );
  expect(error).toMatchObject({ code: "unexpected_answer", status: 307 });
  expect(error.detail).toContain("a redirect, which is not followed");
  expect(elsewhere.received).toEqual([]);
});

test("a control plane that does not run is a ConnectionError that names address and cause", async () => {
  const server = await serve(answer({}));
  await server.close();
  const client = createClient({ url: server.url, token: "t", retries: 0 });
  const error: unknown = await client.getMe().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({
    code: "connection_failed",
    status: 0,
    requestId: null,
    errors: [],
  });
  expect((error as ConnectionError).detail).toContain(
    `No answer from ${server.url}: connect ECONNREFUSED`,
  );
  expect((error as ConnectionError).cause).toBeInstanceOf(TypeError);
});

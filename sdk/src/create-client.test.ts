import { expect, test } from "vitest";
import description from "../../api/openapi.json" with { type: "json" };
import { createClient } from "./create-client.ts";
import { answer, refuse, serve } from "./testing/server.ts";

const request = {
  name: "a",
  region: "hanoi",
  flavor: "h100-sxm5-1",
  image: "jupyter",
  homeVolume: { sizeGib: 10 },
};

test("there is a method for every operation of the API but its WebSockets", () => {
  const client = createClient({ url: "http://127.0.0.1:1", token: "t" });
  const described = Object.values(description.paths).flatMap((methods) =>
    Object.values(methods as Record<string, { operationId: string; responses: object }>)
      .filter(({ responses }) => !("101" in responses))
      .map((operation) => operation.operationId),
  );
  expect(described.length).toBeGreaterThan(90);
  expect(Object.keys(client).toSorted()).toEqual(described.toSorted());
});

test("path, query, body and token go where the API wants them, under the path of the URL", async () => {
  const { url, received } = await serve(
    answer({ id: "nb_1" }, 201),
    answer({ items: [], nextCursor: null }),
  );
  const client = createClient({ url: `${url}/site/`, token: " secret\n", userAgent: "my-tool/1" });
  expect(await client.createNotebook({ path: { workspaceId: "ws_1" }, body: request })).toEqual({
    id: "nb_1",
  });
  await client.listFlavors({ query: { region: "a&b", limit: 2 } });
  const [create, list] = received;
  expect(create).toMatchObject({ method: "POST", url: "/site/v1/workspaces/ws_1/notebooks" });
  expect(create?.headers).toMatchObject({
    authorization: "Bearer secret",
    "content-type": "application/json",
    "user-agent": "my-tool/1",
  });
  expect(JSON.parse(create?.body ?? "")).toEqual(request);
  expect(list).toMatchObject({
    method: "GET",
    url: "/site/v1/flavors?region=a%26b&limit=2",
    body: "",
  });
  expect(list?.headers).not.toHaveProperty("content-type");
});

test("204 answers undefined", async () => {
  const { url } = await serve(answer(undefined, 204));
  const client = createClient({ url, token: "t" });
  expect(await client.deleteQuota({ path: { workspaceId: "ws_1" } })).toBeUndefined();
});

test("a parameter is one segment of the path, whatever is in it", async () => {
  const { url, received } = await serve(answer({}));
  const client = createClient({ url, token: "t" });
  await client.getNotebook({ path: { notebookId: "../workspaces?x#y" } });
  expect(received[0]?.url).toBe("/v1/notebooks/..%2Fworkspaces%3Fx%23y");
});

test.each(["", ".", "..", undefined])(
  "the path parameter %j is refused before anything is sent",
  async (notebookId) => {
    const { url, received } = await serve(answer({}));
    const client = createClient({ url, token: "t" });
    const call = client.getNotebook({ path: { notebookId: notebookId as string } });
    await expect(call).rejects.toThrow(
      "path.notebookId of /v1/notebooks/{notebookId} must be an id",
    );
    expect(received).toEqual([]);
  },
);

test("getToken is asked at every attempt", async () => {
  const { url, received } = await serve(refuse(503, "unavailable"), answer({}));
  let asked = 0;
  const client = createClient({ url, getToken: async () => `token-${++asked}` });
  await client.getMe();
  expect(received.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer token-1",
    "Bearer token-2",
  ]);
});

test("without a token none is sent", async () => {
  const { url, received } = await serve(answer({}));
  await createClient({ url }).getHealth();
  expect(received[0]?.headers).not.toHaveProperty("authorization");
});

test.each(["", "  ", "sec\nret", "sécret"])(
  "the token %j is refused, and not shown",
  async (token) => {
    const { url, received } = await serve(answer({}));
    const error: unknown = await createClient({ url, token })
      .getMe()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toBe(
      "The token is empty, or holds characters that no token has.",
    );
    expect(received).toEqual([]);
  },
);

test.each(["", "ai.example.com", "ftp://ai.example.com"])("the URL %j is refused", (url) => {
  expect(() => createClient({ url, token: "t" })).toThrow(/url must be an address such as/);
});

test("the fetch that is given is used", async () => {
  const asked: string[] = [];
  const client = createClient({
    url: "http://elsewhere.invalid",
    token: "t",
    fetch: async (input) => {
      asked.push(String(input));
      return Response.json({ id: "u_1" });
    },
  });
  expect(await client.getMe()).toEqual({ id: "u_1" });
  expect(asked).toEqual(["http://elsewhere.invalid/v1/me"]);
});

import { expect, test } from "vitest";
import { createClient } from "./create-client.ts";
import { paginate } from "./paginate.ts";
import { answer, refuse, serve, type Answer } from "./testing/server.ts";

function pageOf(names: string[], nextCursor: string | null): Answer {
  return answer({ items: names.map((id) => ({ id })), nextCursor });
}

test("every item of every page comes, in order, with the query of the first request", async () => {
  const { url, received } = await serve(
    pageOf(["a", "b"], "c1"),
    pageOf([], "c2"),
    pageOf(["c"], null),
  );
  const client = createClient({ url, token: "t" });
  const request = { query: { region: "hanoi", limit: 2 } };
  const ids: string[] = [];
  for await (const flavor of paginate(client.listFlavors, request)) ids.push(flavor.id);
  expect(ids).toEqual(["a", "b", "c"]);
  expect(received.map((page) => page.url)).toEqual([
    "/v1/flavors?region=hanoi&limit=2",
    "/v1/flavors?region=hanoi&limit=2&cursor=c1",
    "/v1/flavors?region=hanoi&limit=2&cursor=c2",
  ]);
  expect(request).toEqual({ query: { region: "hanoi", limit: 2 } });
});

test("no page is fetched before it is asked for", async () => {
  const { url, received } = await serve(pageOf(["a", "b"], "c1"), pageOf(["c"], null));
  for await (const region of paginate(createClient({ url, token: "t" }).listRegions)) {
    if (region.id === "b") break;
  }
  expect(received).toHaveLength(1);
});

test("a refusal in the middle is thrown where it happens", async () => {
  const { url } = await serve(pageOf(["a"], "c1"), refuse(403, "forbidden"));
  const regions = paginate(createClient({ url, token: "t" }).listRegions);
  expect((await regions.next()).value).toEqual({ id: "a" });
  await expect(regions.next()).rejects.toMatchObject({ code: "forbidden" });
});

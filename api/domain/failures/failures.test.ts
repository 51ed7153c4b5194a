import { afterAll, beforeAll, expect, test } from "vitest";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

const PATH = "/v1/operator/simulator/failures";

let site: RunningSite;
let workspace: string;
beforeAll(async () => {
  site = await startRunningSite();
  workspace = await site.createWorkspace();
});
afterAll(() => site?.stop());

const operator = (method: string, path: string, body?: unknown) =>
  site.ask(method, path, body, site.operatorToken);
const notebook = async (image: string) => {
  const { body } = await site.ask("POST", `/v1/workspaces/${workspace}/notebooks`, {
    name: "n",
    region: "hanoi",
    flavor: "cpu-small",
    image,
    homeVolume: { sizeGib: 1 },
  });
  return body.id as string;
};
const status = async (id: string) => (await site.ask("GET", `/v1/notebooks/${id}`)).body;

test("RES-4 an image that cannot be pulled is named as the cause; cleared, the start goes on", async () => {
  const failure = { region: "hanoi", failure: "imagePull", image: "jupyter-scipy" };
  const injected = await operator("POST", PATH, failure);
  expect(injected.status).toBe(201);
  expect(injected.body).toEqual({
    id: expect.stringMatching(/^fail_/),
    region: "hanoi",
    failure: "imagePull",
    resourceId: null,
    image: "quay.io/jupyter/scipy-notebook:2025-10-20",
    remaining: null,
    exitCode: null,
  });
  expect((await operator("GET", PATH)).body.items).toEqual([injected.body]);
  const struck = await notebook("jupyter-scipy");
  const spared = await notebook("jupyter-base");
  await site.pass(5);
  expect((await status(struck)).statusReason.code).toBe("imagePull");
  expect((await status(spared)).status).toBe("RUNNING");
  expect((await operator("DELETE", `${PATH}/${injected.body.id}`)).status).toBe(204);
  await site.pass(30);
  expect((await status(struck)).status).toBe("RUNNING");
  const again = await operator("DELETE", `${PATH}/${injected.body.id}`);
  expect(again.status).toBe(404);
});

test("a failure strikes one resource, so many times", async () => {
  const [struck, spared] = [await notebook("jupyter-base"), await notebook("jupyter-base")];
  await site.pass(30);
  const failure = { region: "hanoi", failure: "crash", resourceId: struck, count: 1, exitCode: 3 };
  const { body } = await operator("POST", PATH, failure);
  expect(body).toMatchObject({ resourceId: struck, exitCode: 3 });
  expect((await operator("GET", PATH)).body.items).toEqual([]);
  await site.pass(30);
  const since = (id: string) => status(id).then(({ runningSince }) => Date.parse(runningSince));
  expect(await since(struck)).toBeGreaterThan(await since(spared));
});

test("unknown regions and resources are bad input, with the place and the nearest name", async () => {
  const region = await operator("POST", PATH, { region: "hanoj", failure: "crash" });
  expect(region.status).toBe(400);
  expect(region.body.errors).toMatchObject([{ pointer: "/region", suggestion: "hanoi" }]);
  const resourceId = await notebook("jupyter-base");
  const elsewhere = await operator("POST", PATH, { region: "tokyo", failure: "crash", resourceId });
  expect(elsewhere.status).toBe(400);
  expect(elsewhere.body.errors).toMatchObject([{ pointer: "/resourceId" }]);
});

test("a region that is not simulated answers not_simulated", async () => {
  const simulator = site.site.clusters.get("tokyo-1")!;
  const real = { id: simulator.id, region: simulator.region, simulated: false };
  (site.site.clusters as Map<string, unknown>).set("tokyo-1", real);
  const { status, body } = await operator("POST", PATH, { region: "tokyo", failure: "crash" });
  (site.site.clusters as Map<string, unknown>).set("tokyo-1", simulator);
  expect(status).toBe(409);
  expect(body.code).toBe("not_simulated");
});

test("failures are the operator's: an Owner may neither make nor see them", async () => {
  const made = await site.ask("POST", PATH, { region: "hanoi", failure: "crash" });
  expect(made.status).toBe(403);
  expect((await site.ask("GET", PATH)).status).toBe(403);
  expect((await site.request("GET", PATH)).status).toBe(401);
});

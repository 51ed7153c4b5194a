import { afterAll, beforeAll, expect, test } from "vitest";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

let site: RunningSite;
beforeAll(async () => {
  site = await startRunningSite();
});
afterAll(() => site?.stop());

test("CAT-1 regions, each saying that it is simulated", async () => {
  const { status, body } = await site.ask("GET", "/v1/regions");
  expect(status).toBe(200);
  expect(body).toEqual({
    items: [
      { id: "hanoi", name: "Hà Nội", country: "VN", simulated: true },
      { id: "tokyo", name: "Tokyo", country: "JP", simulated: true },
    ],
    nextCursor: null,
  });
});

test("CAT-2 flavors have Services, size, stock and a price per hour in three currencies", async () => {
  const { body } = await site.ask("GET", "/v1/flavors?region=hanoi");
  const flavor = body.items.find((it: { id: string }) => it.id === "h100-sxm5-8");
  expect(flavor).toEqual({
    id: "h100-sxm5-8",
    region: "hanoi",
    services: ["notebook", "container"],
    gpu: { model: "H100 SXM5", count: 8 },
    vcpu: 64,
    memoryGib: 768,
    pricePerHour: [
      { amount: "500000.00", currency: "VND" },
      { amount: "20.00", currency: "USD" },
      { amount: "3000.00", currency: "JPY" },
    ],
    available: 2,
    status: "Available",
  });
  const regions = new Set(body.items.map((it: { region: string }) => it.region));
  expect([...regions]).toEqual(["hanoi"]);
});

test("CAT-2 a flavor of two regions is listed for each, and pages go through all of them", async () => {
  const all = (await site.ask("GET", "/v1/flavors")).body.items;
  const cpu = all.filter((it: { id: string }) => it.id === "cpu-small");
  expect(cpu.map((it: { region: string }) => it.region)).toEqual(["hanoi", "tokyo"]);
  const paged = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body } = await site.ask("GET", `/v1/flavors?limit=3${cursor && `&cursor=${cursor}`}`);
    expect(body.items.length).toBeLessThanOrEqual(3);
    paged.push(...body.items);
    cursor = body.nextCursor;
  }
  expect(paged).toEqual(all);
});

test("CAT-3 what was accepted is taken off the stock before it is placed", async () => {
  const workspace = await site.createWorkspace();
  const body = {
    name: "whole node",
    region: "tokyo",
    flavor: "h200-sxm5-8",
    image: "docker.io/library/ubuntu:24.04",
  };
  const made = await site.ask("POST", `/v1/workspaces/${workspace}/containers`, body);
  expect(made.status).toBe(201);
  const { items } = (await site.ask("GET", "/v1/flavors?region=tokyo")).body;
  const stock = Object.fromEntries(
    items.map((it: { id: string; available: number }) => [it.id, it.available]),
  );
  expect(stock).toMatchObject({ "h200-sxm5-8": 1, "h200-sxm5-4": 2, "h200-sxm5-1": 8 });
});

test("images and templates by Service", async () => {
  const images = await site.ask("GET", "/v1/images?service=notebook");
  expect(images.body.items.map((it: { id: string }) => it.id)).toContain("jupyter-pytorch");
  expect((await site.ask("GET", "/v1/images?service=inference")).body.items).toEqual([]);
  const templates = (await site.ask("GET", "/v1/templates")).body.items;
  expect(templates.map((it: { id: string }) => it.id)).toEqual([
    "code-server",
    "cuda",
    "jupyter",
    "ollama",
    "pytorch",
    "tensorflow",
    "ubuntu",
    "vllm",
  ]);
  expect(templates[0].service).toBe("container");
  expect((await site.ask("GET", "/v1/templates?service=notebook")).body.items).toEqual([]);
});

test("CAT-2 persistent storage has a price, temporary storage is free", async () => {
  const { body } = await site.ask("GET", "/v1/storage-prices?region=tokyo");
  expect(body.items).toEqual([
    {
      region: "tokyo",
      kind: "persistent",
      pricePerGibHour: [
        { amount: "5.00", currency: "VND" },
        { amount: "0.0002", currency: "USD" },
        { amount: "0.03", currency: "JPY" },
      ],
    },
    {
      region: "tokyo",
      kind: "temporary",
      pricePerGibHour: ["VND", "USD", "JPY"].map((currency) => ({ amount: "0.00", currency })),
    },
  ]);
});

test("ID-1 the catalogue needs a token, and a cursor that no page gave is bad input", async () => {
  expect((await site.request("GET", "/v1/flavors")).status).toBe(401);
  const { status, body } = await site.ask("GET", "/v1/regions?cursor=%21%21");
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ pointer: "?cursor", code: "invalid_cursor" }]);
});

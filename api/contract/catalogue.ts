import { z } from "@hono/zod-openapi";
import { moneyOut, page, pageQuery, service } from "./common.ts";
import { operation } from "./operation.ts";
import { port } from "./resources.ts";

const tag = "Catalogue";

const region = z
  .object({
    id: z.string(),
    name: z.string(),
    country: z.string(),
    simulated: z.boolean().openapi({ description: "Its clusters are simulators." }),
  })
  .openapi("Region");

const flavor = z
  .object({
    id: z.string(),
    region: z.string(),
    services: z.array(service),
    gpu: z.object({ model: z.string(), count: z.number().int() }).nullable(),
    vcpu: z.number(),
    memoryGib: z.number(),
    pricePerHour: z.array(moneyOut),
    available: z.number().int().openapi({ description: "How many could start now (CAT-3)." }),
    status: z.enum(["Available", "Out of stock"]),
  })
  .openapi("Flavor");

const image = z
  .object({
    id: z.string(),
    service,
    name: z.string(),
    reference: z.string(),
    description: z.string(),
  })
  .openapi("Image");

const template = z
  .object({
    id: z.string(),
    service,
    name: z.string(),
    description: z.string(),
    image: z.string(),
    ports: z.array(port),
    env: z.array(z.object({ name: z.string(), value: z.string() })),
    command: z.array(z.string()).nullable(),
  })
  .openapi("Template");

const storagePrice = z
  .object({
    region: z.string(),
    kind: z.enum(["persistent", "temporary"]),
    pricePerGibHour: z.array(moneyOut),
  })
  .openapi("StoragePrice");

const byRegion = z.strictObject({ ...pageQuery, region: z.string().max(63).optional() });
const byService = z.strictObject({ ...pageQuery, service: service.optional() });

export const listRegions = operation("listRegions", {
  method: "get",
  path: "/v1/regions",
  tag,
  summary: "List regions",
  query: z.strictObject(pageQuery),
  response: page("RegionPage", region),
});
export const listFlavors = operation("listFlavors", {
  method: "get",
  path: "/v1/flavors",
  tag,
  summary: "List flavors with price and stock",
  query: byRegion,
  response: page("FlavorPage", flavor),
});
export const listImages = operation("listImages", {
  method: "get",
  path: "/v1/images",
  tag,
  summary: "List images",
  query: byService,
  response: page("ImagePage", image),
});
export const listTemplates = operation("listTemplates", {
  method: "get",
  path: "/v1/templates",
  tag,
  summary: "List container templates",
  query: byService,
  response: page("TemplatePage", template),
});
export const listStoragePrices = operation("listStoragePrices", {
  method: "get",
  path: "/v1/storage-prices",
  tag,
  summary: "List storage prices",
  query: byRegion,
  response: page("StoragePricePage", storagePrice),
});

import { z } from "@hono/zod-openapi";
import { operation } from "./operation.ts";

const health = z.object({ status: z.literal("ok") }).openapi("Health");

export const getHealth = operation("getHealth", {
  method: "get",
  path: "/healthz",
  tag: "Site",
  summary: "The process answers",
  response: health,
  open: true,
});

export const getReadiness = operation("getReadiness", {
  method: "get",
  path: "/readyz",
  tag: "Site",
  summary: "The database answers and the worker runs",
  open: true,
  response: z
    .object({
      status: z.literal("ok"),
      simulated: z
        .boolean()
        .openapi({ description: "The clusters are simulators: nothing real is provisioned." }),
      regions: z.array(z.object({ id: z.string(), followed: z.boolean() })).openapi({
        description:
          "`followed` is false while a cluster of the region has not been heard of for minutes: what is there runs on, and changes wait.",
      }),
    })
    .openapi("Readiness"),
});

export const getOpenApi = operation("getOpenApi", {
  method: "get",
  path: "/openapi.json",
  tag: "Site",
  summary: "This description",
  open: true,
  response: z.object({}).catchall(z.unknown()).openapi("OpenApiDocument"),
});

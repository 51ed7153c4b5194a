import { z } from "@hono/zod-openapi";
import { tags, timestamp } from "./common.ts";
import { idSchema } from "./ids.ts";

export const port = z
  .strictObject({ port: z.number().int().min(1).max(65_535), protocol: z.enum(["HTTP", "TCP"]) })
  .openapi("Port");

export const sizeGib = () => z.number().int().min(1).max(16_384);

export const flavorId = () => z.string().min(1).max(63).openapi({ example: "h100-sxm5-1" });

const statusReason = z
  .object({
    code: z.string(),
    message: z.string(),
    nextStep: z.string().nullable(),
  })
  .openapi("StatusReason", { description: "The cause in plain words, and what to do (RES-4)." });

/** What notebooks and containers have in common. */
export const resourceFields = {
  organizationId: idSchema("organization"),
  workspaceId: idSchema("workspace"),
  name: z.string(),
  region: z.string(),
  flavor: z.string(),
  tags,
  createdBy: idSchema("user", "serviceAccount"),
  statusReason,
  running: z.boolean().openapi({ description: "Desired: it is asked to run." }),
  revision: z.number().int(),
  createdAt: timestamp(),
  storageSince: timestamp().nullable(),
  runningSince: timestamp().nullable(),
  stoppedAt: timestamp().nullable(),
};

export { statusReason };

export const access = z
  .object({
    endpoints: z.array(
      z.object({
        port: z.number().int(),
        protocol: z.enum(["HTTP", "TCP"]),
        address: z.string().openapi({ description: "HTTP: a URL. TCP: host:port." }),
      }),
    ),
    accessToken: z.string(),
    simulated: z.boolean(),
  })
  .openapi("Access");

export const resourceEvent = z
  .object({ id: idSchema("resourceEvent"), at: timestamp(), code: z.string(), message: z.string() })
  .openapi("ResourceEvent");

const logLines = z.object({ lines: z.array(z.string()) }).openapi("Logs");

const logsQuery = z.strictObject({
  tailLines: z.coerce.number().int().min(1).max(5000).default(200).openapi({
    description: "Of what is there, so many lines at most.",
  }),
  sinceSeconds: z.coerce.number().int().min(1).max(31_536_000).optional().openapi({
    description: "Of what is there, only what is not older.",
  }),
  follow: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .default(false)
    .openapi({ type: "boolean" }),
});

/** How logs are read; the same for notebooks and containers. */
export const logsAnswer = {
  summary: "The last lines of its log, and what is added",
  description:
    "With `follow=true` the answer is Server-Sent Events: what is there, then each line as it comes, " +
    'as `data: {"line": "…"}`. When the process has ended for good, an event `end` is the last one. Where it breaks off ' +
    "for another reason – access was lost, the cluster or this server goes away – it is an event `problem`, its data a " +
    "problem as of any refusal (RFC 9457). Comments are sent meanwhile to keep the connection alive.",
  query: logsQuery,
  response: logLines,
  produces: ["application/json", "text/event-stream"],
} as const;

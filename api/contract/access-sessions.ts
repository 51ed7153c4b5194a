import { z } from "@hono/zod-openapi";
import { timestamp } from "./common.ts";

const request = z
  .strictObject({
    port: z.number().int().min(1).max(65_535).optional().openapi({
      description: "One of its HTTP ports; the first unless given.",
    }),
  })
  .openapi("AccessSessionRequest");

const session = z
  .object({
    url: z.string().nullable().openapi({
      description: "To be opened in a browser, once; null when it was shown before.",
    }),
    expiresAt: timestamp().openapi({ description: "Until when the link works. Machine time." }),
    secretAlreadyShown: z.boolean().optional(),
  })
  .openapi("AccessSession");

/** How a session is made; the same for notebooks and containers. */
export const accessSessionAnswer = {
  summary: "A link that signs a browser in at its address",
  description:
    "The link works once, for a minute. It leaves a cookie for that address alone, good for twelve hours as long as its caller " +
    "may access the resource, and worth nothing anywhere else. Programs need no session: the gateway takes the token of the " +
    "API in `Authorization`, and hands it on to nobody.",
  body: request,
  response: session,
  status: 201,
} as const;

import { z } from "@hono/zod-openapi";
import { SERVICES } from "@aifactory/sdk/policy";
import { refusalDetails } from "./explanation.ts";

/** RFC 3339 UTC, milliseconds, site time unless said otherwise. */
export const timestamp = () => z.iso.datetime().openapi({ example: "2026-11-21T04:42:00.000Z" });

export const currency = z.enum(["VND", "USD", "JPY"]).openapi("Currency");

const AMOUNT = /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/;
const SIGNED_AMOUNT = /^-?(0|[1-9][0-9]{0,18})(\.[0-9]{1,6})?$/;

/** A decimal amount with at most six decimals, not negative. */
export const amount = () =>
  z
    .string()
    .max(32)
    .regex(AMOUNT, 'must be a decimal such as "25.00", with at most six decimals')
    .openapi({ example: "25.00" });

export const money = z.strictObject({ amount: amount(), currency }).openapi("MoneyInput");

/** An exact decimal amount of money; negative for debts and charges. */
export const moneyOut = z
  .object({ amount: z.string().regex(SIGNED_AMOUNT), currency })
  .openapi("Money", { description: "An exact decimal amount with at most six decimals (WAL-5)." });

export const service = z.enum(SERVICES).openapi("Service");

export const regionId = () => z.string().min(1).max(63).openapi({ example: "hanoi" });

const DISPLAY_NAME = /^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u;
const TAG_NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;
const MAX_TAGS = 50;

/** Display names: any printable text without leading or trailing spaces. */
export const displayName = () =>
  z
    .string()
    .min(1)
    .max(100)
    .regex(DISPLAY_NAME, "must be printable, without leading or trailing spaces")
    // The generator would write the expression's flag into the pattern.
    .openapi({ example: "ml-team", pattern: DISPLAY_NAME.source });

// The generator's types do not know this keyword of OpenAPI 3.1.
const tagNames: object = {
  propertyNames: { type: "string", minLength: 1, maxLength: 63, pattern: TAG_NAME.source },
};

export const tags = z
  .record(z.string().min(1).max(63).regex(TAG_NAME), z.string().max(255))
  .refine((value) => Object.keys(value).length <= MAX_TAGS, `at most ${MAX_TAGS} tags`)
  .openapi("Tags", {
    example: { team: "vision" },
    ...tagNames,
    maxProperties: MAX_TAGS,
  });

/** Stopped when nobody has used it for so long (RES-9); shorter ones would leave no time to be warned. */
export const idlePeriod = () =>
  z.strictObject({ afterMinutes: z.number().int().min(20).max(10_080) });

/** IAC-3: a create with the token of a living resource returns that one. */
export const clientToken = () =>
  z
    .string()
    .min(8)
    .max(128)
    .regex(/^[A-Za-z0-9._:-]+$/)
    .openapi({
      description:
        "Unique among the living siblings; a create that repeats it returns the one that lives.",
    });

/** A list, newest last, in the order of ids. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .openapi({ description: "The nextCursor of the page before." }),
};

export function page<T extends z.ZodType>(name: string, item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).openapi(name);
}

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().openapi({ description: "Stable; programs decide by it." }),
    detail: z.string().openapi({ description: "What happened and what to do about it." }),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string(),
          code: z.string(),
          message: z.string(),
          suggestion: z.string().optional(),
        }),
      )
      .optional()
      .openapi({
        description:
          "Of bad input: JSON pointers into the request body, or the name of a parameter.",
      }),
    ...refusalDetails,
  })
  .catchall(z.unknown())
  .openapi("Problem", { description: "RFC 9457." });

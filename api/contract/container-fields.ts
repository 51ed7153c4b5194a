import { z } from "@hono/zod-openapi";
import { mountPath } from "./mount-path.ts";
import { port, sizeGib } from "./resources.ts";

/** So much of each, in all: clusters keep it in objects of limited size, and hand it over when a process starts. */
const MAX_BYTES = 65_536;

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
// What the product sets itself, and by what NVIDIA's container runtime hands out devices of the node.
const RESERVED =
  /^(AIFACTORY_.*|NVIDIA_(VISIBLE_DEVICES|IMEX_CHANNELS|GDS|MOFED|NVSWITCH|GDRCOPY|MIG_(CONFIG|MONITOR)_DEVICES))$/;

type Issues = z.core.$RefinementCtx;

export const ports = z
  .array(port)
  .max(20)
  .superRefine((list, issue) => {
    for (const protocol of ["HTTP", "TCP"] as const) {
      if (list.filter((entry) => entry.protocol === protocol).length > 10) {
        issue.addIssue({ code: "custom", message: `at most 10 ${protocol} ports` });
      }
    }
    refuseTwice(list, issue, "port", ({ port: number }) => `port ${number}`);
  });

export const env = z
  .array(
    z.strictObject({
      name: z
        .string()
        .min(1)
        .max(128)
        .regex(ENV_NAME, "must be a variable name such as MODEL_NAME")
        .refine((name) => !RESERVED.test(name), "is set by the site, and by nobody else")
        .openapi({
          description:
            "Not one that begins with `AIFACTORY_`, and none by which NVIDIA's container runtime hands out devices.",
        }),
      value: z.string().max(32_768),
      secret: z.boolean().default(false),
    }),
  )
  .max(256)
  .superRefine((list, issue) => {
    refuseTwice(list, issue, "name", ({ name }) => `variable "${name}"`);
    refuseTooMuch(
      list.flatMap(({ name, value }) => [name, value]),
      issue,
      "names and values",
    );
  });

export const command = z
  .array(z.string().max(4096))
  .min(1)
  .max(100)
  .superRefine((list, issue) => refuseTooMuch(list, issue, "the command"));

export const disk = z.strictObject({ sizeGib: sizeGib(), mountPath: mountPath() });

const LOGIN_NAME = /^[^\s:\p{C}]+$/u;
const REGISTRY = /^(https:\/\/)?[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?(\/[A-Za-z0-9._-]+)*\/?$/;

/** Login for the registry of an image. A name ends at the first colon when it is presented. */
export const registryCredentials = z.strictObject({
  server: z
    .string()
    .min(1)
    .max(253)
    .regex(REGISTRY, "must be the host of a registry such as ghcr.io"),
  username: z
    .string()
    .min(1)
    .max(255)
    .regex(LOGIN_NAME, "must be printable, without spaces and colons")
    // The generator would write the expression's flag into the pattern.
    .openapi({ pattern: LOGIN_NAME.source }),
  password: z.string().min(1).max(4096),
});

function refuseTwice<K extends string, T extends Record<K, unknown>>(
  list: T[],
  issue: Issues,
  key: K,
  describe: (entry: T) => string,
): void {
  list.forEach((entry, index) => {
    if (list.findIndex((other) => other[key] === entry[key]) < index)
      issue.addIssue({
        code: "custom",
        path: [index, key],
        message: `${describe(entry)} is named twice`,
      });
  });
}

function refuseTooMuch(texts: string[], issue: Issues, what: string): void {
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= MAX_BYTES) return;
  const message = `${what}: ${bytes} bytes in all, of at most ${MAX_BYTES}`;
  issue.addIssue({ code: "custom", message });
}

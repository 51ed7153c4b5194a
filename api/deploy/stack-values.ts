import { z } from "zod";
import { values } from "../config.ts";

/** Of a namespace, a Gateway, a listener. */
export const kubernetesName = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be lower-case letters, digits and "-", 63 at most',
  );

export const hostName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
    "must be a host name with a domain, without https:// and without a port",
  );

export const image = z
  .string()
  .regex(/^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[0-9a-f]{64})?$/, {
    error: "must be the name of an image",
    abort: true,
  })
  .refine(
    (text) => /:(?!latest$)[\w.-]+$|@sha256:/.test(text.replace(/^.*\//, "")),
    'must name a version, by a tag other than "latest" or by digest: it is what rolls out',
  );

export const cpu = z.string().regex(/^[1-9]\d*m?$/, "must be cores, such as 2 or 500m");
export const memory = z.string().regex(/^[1-9]\d*(Mi|Gi)$/, "must be in Mi or Gi, such as 512Mi");

const notAPort = "must be a port, 1 to 65535";
export const port = z.coerce
  .number({ error: notAPort })
  .int(notAPort)
  .min(1, notAPort)
  .max(65_535, notAPort);

/** Who may connect: a namespace's Pods, a range of addresses, or everyone. */
export const peers = z
  .array(
    z.union([z.literal("*"), z.cidrv4(), z.cidrv6(), kubernetesName], {
      error: 'must be a namespace, a range of addresses such as 10.0.0.0/8, or "*"',
    }),
  )
  .min(1);

export const databaseUrl = values.postgresUrl.superRefine((text, issue) => {
  const url = URL.parse(text);
  if (url === null || url.username === "")
    issue.addIssue({ code: "custom", message: "must be a postgres:// URL with a user" });
  else if (/^(|localhost|127\..*|\[::1\])$/.test(url.hostname))
    issue.addIssue({
      code: "custom",
      message: "must name the server's host; in a Pod, localhost is the Pod itself",
    });
});

/** Pulumi hands numbers over as text. */
export function wholeNumber(least: number, most: number) {
  const wrong = `must be a whole number, ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, wrong)
    .transform(Number)
    .pipe(z.number().min(least, wrong).max(most, wrong));
}

/** What is set by `--path`: Pulumi hands it over as JSON. */
export function structured<T extends z.ZodType>(content: T) {
  return z
    .string()
    .transform((text, issue) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        issue.addIssue({ code: "custom", message: "has parts: set each of them with --path" });
        return z.NEVER;
      }
    })
    .pipe(content);
}

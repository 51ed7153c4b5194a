import { resolve } from "node:path";
import { z } from "zod";

const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port, 0 to 65535")
  .transform(Number)
  .refine((value) => value <= 65_535, "must be a port, 0 to 65535");
const smtpUrl = z.url({
  protocol: /^smtps?$/,
  hostname: /./,
  error: "must be an smtp:// or smtps:// URL",
});
const webUrl = z.url({ protocol: /^https?$/, error: "must be an http:// or https:// URL" });
const sender = z
  .string()
  .regex(/^([^<>"@,;:\\\p{C}]+ <[^<>]+>|[^<>]+)$/u, 'must be an address or "Name <address>"')
  .refine(
    (value) => z.email().safeParse(/<(.+)>$/.exec(value)?.[1] ?? value).success,
    "must hold a mail address",
  );
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, "must be a postgres:// URL");
const operatorToken = z.string().min(24, "must have at least 24 characters");
const invitationUrl = z.string().includes("{code}", { error: "must contain {code}" }).pipe(webUrl);
const logLevel = z.enum(["debug", "info", "warn", "error", "silent"]);

/** What these values must be, for the stack that deploys us too (`deploy/settings.ts`). */
export const values = { smtpUrl, sender, postgresUrl, operatorToken, invitationUrl, logLevel };

/** The environment variables of the control plane; nothing else reads the environment. */
const environment = z
  .object({
    PORT: port.default(8080),
    HOST: z.string().min(1).default("127.0.0.1"),
    METRICS_PORT: port.optional(),
    ACCESS_CHECK_PORT: port.optional(),
    NODE_ENV: z.string().optional(),
    LOG_LEVEL: logLevel.default("info"),
    DATABASE_URL: postgresUrl.optional(),
    DATABASE_ADMIN_URL: postgresUrl.optional(),
    AIFACTORY_DATA_DIR: z.string().min(1).default(".aifactory"),
    AIFACTORY_SITE_FILE: z.string().min(1).optional(),
    AIFACTORY_OPERATOR_TOKEN: operatorToken.optional(),
    OIDC_ISSUER: z.url().optional(),
    OIDC_AUDIENCE: z.string().min(1).optional(),
    SMTP_URL: smtpUrl.optional(),
    MAIL_FROM: sender.optional(),
    AIFACTORY_PUBLIC_URL: webUrl.optional(),
    INVITATION_URL: invitationUrl.optional(),
  })
  .superRefine((env, issue) => {
    if (env.DATABASE_ADMIN_URL !== undefined && env.DATABASE_URL === undefined) {
      issue.addIssue({
        code: "custom",
        path: ["DATABASE_URL"],
        message: "is needed beside DATABASE_ADMIN_URL: the application's own role",
      });
    }
    if ((env.OIDC_ISSUER === undefined) !== (env.OIDC_AUDIENCE === undefined)) {
      issue.addIssue({
        code: "custom",
        path: ["OIDC_AUDIENCE"],
        message: "OIDC_ISSUER and OIDC_AUDIENCE go together",
      });
    }
    if ((env.SMTP_URL === undefined) !== (env.MAIL_FROM === undefined)) {
      issue.addIssue({
        code: "custom",
        path: ["MAIL_FROM"],
        message: "SMTP_URL and MAIL_FROM go together",
      });
    }
    if (env.SMTP_URL !== undefined && !env.AIFACTORY_PUBLIC_URL && !env.INVITATION_URL) {
      issue.addIssue({
        code: "custom",
        path: ["AIFACTORY_PUBLIC_URL"],
        message: "is needed beside SMTP_URL: mails link to it",
      });
    }
  });

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly metricsPort: number | null;
  /** Where gateways ask whether a request to a resource's address may go on; null: nowhere. */
  readonly accessCheckPort: number | null;
  readonly production: boolean;
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Null: embedded mode (ID-5). `adminUrl` migrates; without it the schema must already be current. */
  readonly database: { readonly url: string; readonly adminUrl: string | null } | null;
  readonly dataDir: string;
  readonly siteFile: string | null;
  readonly operatorToken: string | null;
  readonly oidc: { readonly issuer: string; readonly audience: string } | null;
  readonly smtp: { readonly url: string; readonly from: string } | null;
  /** Where people reach the site, without a final slash; null: where it listens. */
  readonly publicUrl: string | null;
  /** The page that an invitation links to, with `{code}` in the place of the code; null: the site's own. */
  readonly invitationUrl: string | null;
}

/** Reads the configuration once; throws a message that names every variable that is wrong. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = environment.safeParse(given);
  if (!result.success) {
    const problems = result.error.issues.map(
      (issue) => `  ${issue.path.join(".")}: ${issue.message}`,
    );
    throw new Error(`The configuration is not valid:\n${problems.join("\n")}`);
  }
  const value = result.data;
  return {
    port: value.PORT,
    host: value.HOST,
    metricsPort: value.METRICS_PORT ?? null,
    accessCheckPort: value.ACCESS_CHECK_PORT ?? null,
    production: value.NODE_ENV === "production",
    logLevel: value.LOG_LEVEL,
    database:
      value.DATABASE_URL === undefined
        ? null
        : { url: value.DATABASE_URL, adminUrl: value.DATABASE_ADMIN_URL ?? null },
    dataDir: resolve(value.AIFACTORY_DATA_DIR),
    siteFile: value.AIFACTORY_SITE_FILE ?? null,
    operatorToken: value.AIFACTORY_OPERATOR_TOKEN ?? null,
    oidc:
      value.OIDC_ISSUER === undefined
        ? null
        : { issuer: value.OIDC_ISSUER, audience: value.OIDC_AUDIENCE! },
    smtp: value.SMTP_URL === undefined ? null : { url: value.SMTP_URL, from: value.MAIL_FROM! },
    publicUrl: value.AIFACTORY_PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    invitationUrl: value.INVITATION_URL ?? null,
  };
}

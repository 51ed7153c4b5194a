import type { Settings } from "./read-settings.ts";
import { CONFIG_FOLDER } from "./site-file.ts";

export const HTTP_PORT = 8080;
/** By which the Service leads to it. */
export const SERVICE_PORT = 80;

/** The environment of a replica as `readConfig` reads it; `secret` is for a Secret alone. */
export function replicaEnvironment(settings: Settings): {
  plain: Record<string, string>;
  secret: Record<string, string>;
} {
  const { host, oidc, smtp, metrics, accessCheck, invitationUrl, logLevel } = settings;
  return {
    plain: {
      ...commonEnvironment(settings),
      HOST: "0.0.0.0",
      PORT: String(HTTP_PORT),
      LOG_LEVEL: logLevel,
      AIFACTORY_SITE_FILE: `${CONFIG_FOLDER}/site.json`,
      AIFACTORY_PUBLIC_URL: `https://${host}`,
      OIDC_ISSUER: oidc.issuer,
      OIDC_AUDIENCE: oidc.audience,
      ...(metrics && { METRICS_PORT: String(metrics.port) }),
      ...(accessCheck && { ACCESS_CHECK_PORT: String(accessCheck.port) }),
      ...(smtp && { MAIL_FROM: smtp.from }),
      ...(invitationUrl && { INVITATION_URL: invitationUrl }),
    },
    secret: {
      DATABASE_URL: settings.databaseUrl,
      AIFACTORY_OPERATOR_TOKEN: settings.operatorToken,
      ...(smtp && { SMTP_URL: smtp.url }),
    },
  };
}

/** Of the migration: it alone signs in as the schema's owner. */
export function migrationEnvironment(settings: Settings): {
  plain: Record<string, string>;
  secret: Record<string, string>;
} {
  return {
    plain: commonEnvironment(settings),
    secret: {
      DATABASE_URL: settings.databaseUrl,
      DATABASE_ADMIN_URL: settings.databaseAdminUrl,
    },
  };
}

function commonEnvironment({ caCertificates }: Settings): Record<string, string> {
  return {
    NODE_ENV: "production",
    ...(caCertificates && { NODE_EXTRA_CA_CERTS: `${CONFIG_FOLDER}/ca.pem` }),
  };
}

import type { Settings } from "./read-settings.ts";

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "postgres:": 5432,
  "postgresql:": 5432,
  "http:": 80,
  "https:": 443,
  "smtp:": 587,
  "smtps:": 465,
};

/** The port that a URL of the configuration leads to. */
export function portOf(text: string): number {
  const url = new URL(text);
  return Number(url.port || DEFAULT_PORTS[url.protocol]);
}

/**
 * Where replicas may connect to, on any host: API servers by 443 and 6443, and whatever a URL or kubeconfig names. It leaves
 * out 80, by which clouds hand out the node's credentials.
 */
export function replicaPorts(settings: Settings): number[] {
  const { databaseUrl, oidc, smtp, deployed, egressPorts } = settings;
  const urls = [databaseUrl, oidc.issuer, ...(smtp ? [smtp.url] : [])];
  const ports = [443, 6443, ...urls.map(portOf), ...deployed.ports, ...egressPorts];
  return [...new Set(ports)].toSorted((a, b) => a - b);
}

export function migrationPorts({ databaseUrl, databaseAdminUrl }: Settings): number[] {
  return [...new Set([portOf(databaseUrl), portOf(databaseAdminUrl)])];
}

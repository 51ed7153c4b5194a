import type { ContainerSpec } from "#domain/resources/types.ts";

export interface EnvEntry {
  name: string;
  value: string;
  secret: boolean;
}

/** Parts variables into what everybody may see and the secret values, which are write-only (RBAC-3). */
export function splitEnv(entries: readonly EnvEntry[]) {
  const env: ContainerSpec["env"] = entries.map(({ name, value, secret }) => ({
    name,
    value: secret ? null : value,
    secret,
  }));
  const secrets = Object.fromEntries(
    entries.filter((entry) => entry.secret).map(({ name, value }) => [name, value]),
  );
  return { env, secrets };
}

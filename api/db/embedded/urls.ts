import type { Credentials } from "./credentials.ts";

export const DATABASE = "aifactory";
export const OWNER_ROLE = "aifactory_owner";
export const APPLICATION_ROLE = "aifactory_app";
export const SUPERUSER = "postgres";

export function superuserUrl(credentials: Credentials, port: number): string {
  return url(SUPERUSER, credentials.superuser, port, "postgres");
}

export function ownerUrl(credentials: Credentials, port: number): string {
  return url(OWNER_ROLE, credentials.owner, port, DATABASE);
}

export function applicationUrl(credentials: Credentials, port: number): string {
  return url(APPLICATION_ROLE, credentials.application, port, DATABASE);
}

/** Passwords are base64url (credentials.ts), which needs no escaping here. */
function url(role: string, password: string, port: number, database: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}

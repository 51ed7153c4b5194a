import { SESSION_SECONDS } from "#domain/access-sessions/lifetimes.ts";

// Browsers keep what has this prefix to the very host that set it.
const NAME = "__Host-aifactory-access";

/** What is ours among a request's cookies, and what is the workload's. */
export interface Cookies {
  readonly session: string | null;
  readonly others: string | null;
}

export function readCookies(header: string | undefined): Cookies {
  const all = (header ?? "").split(";").map((it) => it.trim());
  const isOurs = (cookie: string) => cookie.startsWith(`${NAME}=`);
  const others = all.filter((it) => it !== "" && !isOurs(it)).join("; ");
  const session = all.find(isOurs)?.slice(NAME.length + 1) ?? null;
  return { session, others: others === "" ? null : others };
}

export function setCookie(secret: string): string {
  return `${NAME}=${secret}; Path=/; Max-Age=${SESSION_SECONDS}; Secure; HttpOnly; SameSite=Lax`;
}

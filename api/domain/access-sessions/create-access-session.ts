import { sql } from "drizzle-orm";
import { accessSessions } from "#db/schema/access-sessions.ts";
import type { ChangeContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { newId } from "#domain/ids.ts";
import { hashSecret, newSecret } from "#domain/principals/secrets.ts";
import { readView, type ResourceView } from "#domain/resources/resource-view.ts";
import { wrongState } from "#domain/resources/wrong-state.ts";
import { LINK_PATH, LINK_SECONDS } from "./lifetimes.ts";

/**
 * Makes a link that signs a browser in at the address of a running resource (RES-6). Throws `invalid_state`, `invalid_input`
 * for a port that is none of its HTTP ports.
 */
export async function createAccessSession(
  { tx, actor, authorization }: ChangeContext,
  { port }: { port?: number | undefined },
) {
  const { id } = authorization.target;
  const view = await readView(tx.client, { organizationId: tx.organizationId, id });
  const address = addressOf(view, port);
  const code = newSecret("");
  const { principalId, credential } = actor;
  await tx.db.execute(
    sql`delete from access_sessions where resource_id = ${id} and expires_at <= clock_timestamp()`,
  );
  const [made] = await tx.db
    .insert(accessSessions)
    .values({
      id: newId(),
      organizationId: tx.organizationId,
      workspaceId: view.workspaceId,
      resourceId: id,
      principalId,
      tokenId: credential.tokenId,
      codeHash: hashSecret(code),
      createdAt: sql`clock_timestamp()`,
      expiresAt: sql`clock_timestamp() + make_interval(secs => ${LINK_SECONDS})`,
    })
    .returning({ expiresAt: accessSessions.expiresAt });
  const url = new URL(LINK_PATH, address);
  url.searchParams.set("code", code);
  return { url: url.href as string | null, expiresAt: made!.expiresAt.toISOString() };
}

/** The answer that is kept for replays: the secret is shown once (ID-3). */
export function withoutLink<T extends { url: string | null }>(session: T) {
  return { ...session, url: null, secretAlreadyShown: true };
}

function addressOf(view: ResourceView, port: number | undefined): string {
  const ready = view.desiredState === "running" && view.observed?.phase === "ready";
  if (!ready) throw wrongState(view, "reached", "It has addresses while it is RUNNING.");
  const web = view.observed!.endpoints.filter(({ protocol }) => protocol === "HTTP");
  const found = port === undefined ? web[0] : web.find((it) => it.port === port);
  if (found !== undefined) return found.address;
  if (port === undefined) throw wrongState(view, "reached", "It has no HTTP port; give it one.");
  const message = "is none of its HTTP ports";
  throw new InputError([{ pointer: "/port", code: "unknown_port", message }]);
}

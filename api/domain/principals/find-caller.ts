import type { Database } from "#db/database.ts";
import {
  selectTarget,
  toTarget,
  type NamedTarget,
  type Shown,
  type Target,
  type TargetRow,
} from "#domain/access/target.ts";
import type { VerifiedIdentity } from "#ports/identity.ts";

/**
 * What a caller has proved: that it has an API token, or the cookie of a session at the wanted resource, or that it is
 * somebody of the site's issuer.
 */
export type Proof =
  | { readonly kind: "apiToken" | "accessSession"; readonly hash: Buffer }
  | { readonly kind: "identity"; readonly identity: VerifiedIdentity };

/** The principal behind a proof. */
export interface CallerRow {
  readonly id: string;
  readonly kind: "user" | "serviceAccount";
  readonly name: string;
  readonly email: string | null;
  readonly disabled: boolean;
  /** Null for an identity, and for a session that it made. */
  readonly token: {
    readonly id: string;
    readonly readOnly: boolean;
    readonly workspaceId: string | null;
    /** Its last use was recorded more than a minute ago, or never. */
    readonly stale: boolean;
  } | null;
}

const PRINCIPAL = `'id', p.id, 'kind', p.kind, 'name', p.name, 'email', p.email, 'disabled', p.disabled_at is not null`;

const CALLERS: Record<Proof["kind"], string> = {
  apiToken: `
    select json_build_object(${PRINCIPAL}, 'token', json_build_object('id', t.id, 'readOnly', t.read_only,
      'workspaceId', t.workspace_id, 'stale',
      t.last_used_at is null or t.last_used_at < clock_timestamp() - interval '1 minute'))
    from api_tokens t join principals p on p.id = t.principal_id
    where t.hash = $1 and t.revoked_at is null and t.expires_at > clock_timestamp()`,
  accessSession: `
    select json_build_object(${PRINCIPAL}, 'token', case when t.id is not null then
      json_build_object('id', t.id, 'readOnly', t.read_only, 'workspaceId', t.workspace_id, 'stale', false) end)
    from access_sessions s join principals p on p.id = s.principal_id left join api_tokens t on t.id = s.token_id
    where s.cookie_hash = $1 and s.resource_id = $2 and s.expires_at > clock_timestamp()
      and (t.id is null or t.revoked_at is null and t.expires_at > clock_timestamp())`,
  identity: `
    select json_build_object(${PRINCIPAL}, 'token', null) from principals p where p.issuer = $1 and p.subject = $2`,
};

/** What a request is about. */
export interface Wanted {
  readonly target: NamedTarget;
  readonly shown?: Shown<unknown>;
}

export interface Found {
  readonly caller: CallerRow | null;
  readonly target: Target | null;
  /** JSON of what `shown` selects; not to be parsed, let alone shown, before it is allowed. */
  readonly shown: unknown;
}

interface Row extends Omit<Found, "target"> {
  target: TargetRow | null;
}

/**
 * Finds who asks, what is asked for, and what would be shown of it, each null where there is nothing, in one statement:
 * a round trip to the database costs more than all the rest of a read.
 */
export async function findCaller(
  { pool }: Database,
  proof: Proof,
  wanted: Wanted | null,
): Promise<Found> {
  const values: unknown[] =
    proof.kind === "identity" ? [proof.identity.issuer, proof.identity.subject] : [proof.hash];
  if (wanted !== null) values.push(wanted.target.id);
  const { rows } = await pool.query<Row>({ ...statementFor(proof.kind, wanted), values });
  const { caller, target, shown } = rows[0]!;
  const found = wanted === null || target === null ? null : toTarget(wanted.target, target);
  return { caller, target: found, shown };
}

const statements = new Map<string, { name: string; text: string }>();

/** Prepared statements: planning one would cost more than running it. */
function statementFor(proof: Proof["kind"], wanted: Wanted | null) {
  const shown = wanted?.shown;
  const name = `${proof} ${wanted?.target.kind ?? ""} ${shown?.name ?? ""}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const id = proof === "identity" ? "$3" : "$2";
  const target = wanted === null ? "null" : `(${selectTarget(wanted.target.kind, id)})`;
  const view = shown === undefined ? "null" : `(${shown.select(id)})`;
  const text = `select (${CALLERS[proof]}) as caller, ${target} as target, ${view} as shown`;
  const statement = { name, text };
  statements.set(name, statement);
  return statement;
}

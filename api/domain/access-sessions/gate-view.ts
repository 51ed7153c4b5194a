import type { Database } from "#db/database.ts";
import type { Shown } from "#domain/access/target.ts";
import type { ResourceKind } from "#domain/resources/resource-view.ts";
import type { Endpoint } from "#ports/cluster.ts";

/** What the gateway's check needs of a resource, found with caller and target. */
export interface GateView {
  accessToken: string;
  endpoints: Endpoint[] | null;
}

export const gateView: Shown<GateView> = {
  name: "gate",
  select: (
    id,
  ) => `select json_build_object('accessToken', s.access_token, 'endpoints', r.observed -> 'endpoints')
    from resources r join resource_secrets s on s.resource_id = r.id where r.id = ${id}`,
  parse: (json) => json as GateView,
};

const LIMIT = 10_000;

/** The kinds of resources, which never change. */
export class ResourceKinds {
  readonly #known = new Map<string, ResourceKind>();

  /** Null where there is none of this id. */
  async of({ pool }: Database, id: string): Promise<ResourceKind | null> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const { rows } = await pool.query<{ kind: ResourceKind }>({
      name: "kind of resource",
      text: "select kind from resources where id = $1",
      values: [id],
    });
    const kind = rows[0]?.kind ?? null;
    if (kind === null) return null;
    this.#known.set(id, kind);
    if (this.#known.size > LIMIT) this.#known.delete(this.#known.keys().next().value!);
    return kind;
  }
}

import type { Database } from "#db/database.ts";
import type { Cluster } from "#ports/cluster.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";

/** Everything that verbs may reach beyond their transaction; made once at start and handed in. */
export interface Site {
  readonly database: Database;
  readonly catalogue: Catalogue;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** Its clusters are simulators: the clock moves and tokens can be minted (ID-5). */
  readonly simulated: boolean;
  /** Null where nobody would send a mail; otherwise what mails need to know of the site. */
  readonly mail: { readonly invitationLink: (code: string) => string } | null;
  /** Tells the worker that there is something to do; harmless when lost. */
  readonly nudge: () => void;
}

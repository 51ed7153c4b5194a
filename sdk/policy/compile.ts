import type { Access, Explanation } from "./access.ts";
import { actionBit, maskOf, roleMask, serviceMask, statementMask } from "./action-mask.ts";
import { explainAccess } from "./explain.ts";
import { needsService } from "./service-layer.ts";
import type { NamedPolicy } from "./statement.ts";
import type { AccessSubject, Ownership } from "./subject.ts";
import type { Action } from "./vocabulary.ts";
import { ALL_ACTIONS, SERVICES } from "./vocabulary.ts";

/** Compiles what a principal may do, once for its role, Services and Policies (POL-7). The subject must not change afterwards. */
export function compileAccess(subject: AccessSubject): Access {
  return new CompiledAccess(subject);
}

/** The actions, as bits, that each layer names in one region. */
interface Row {
  enabled: number;
  denied: number;
  boundary: number;
  identity: number;
}

const WITHOUT_SERVICE = maskOf(ALL_ACTIONS.filter((action) => !needsService(action)));

class CompiledAccess implements Access {
  readonly subject: AccessSubject;
  readonly #allowed = new Map<string, number>();
  readonly #elsewhere: number;
  readonly #own: number;
  readonly #others: number;

  constructor(subject: AccessSubject) {
    this.subject = subject;
    this.#own = roleMask(subject.role, true);
    this.#others = roleMask(subject.role, false);
    const { rows, everywhere } = tabulate(subject);
    this.#elsewhere = allowedActions(subject, everywhere);
    for (const [region, row] of rows)
      this.#allowed.set(region, allowedActions(subject, union(row, everywhere)));
  }

  decide(action: Action, region: string, ownership?: Ownership): boolean {
    const granted = ownership?.owns === false ? this.#others : this.#own;
    const allowed = this.#allowed.get(region) ?? this.#elsewhere;
    return (allowed & granted & actionBit(action)) !== 0;
  }

  explain(action: Action, region: string, ownership?: Ownership): Explanation {
    return explainAccess(this.subject, action, region, ownership?.owns !== false);
  }
}

/** One row for each region that anything names, and one for what is said of all regions. */
function tabulate(subject: AccessSubject): { rows: Map<string, Row>; everywhere: Row } {
  const rows = new Map<string, Row>();
  const everywhere = emptyRow();
  const rowOf = (region: string): Row => {
    const known = rows.get(region);
    if (known !== undefined) return known;
    const row = emptyRow();
    rows.set(region, row);
    return row;
  };
  const mark = (layer: keyof Row, regions: readonly string[] | "*", actions: number): void => {
    if (regions === "*") everywhere[layer] |= actions;
    else for (const region of regions) rowOf(region)[layer] |= actions;
  };
  const markPolicies = (
    allows: "boundary" | "identity",
    policies: readonly NamedPolicy[],
  ): void => {
    for (const { statements } of policies) {
      for (const statement of statements) {
        const layer = statement.effect === "Allow" ? allows : "denied";
        mark(layer, statement.regions, statementMask(statement));
      }
    }
  };
  for (const region of subject.regions) rowOf(region);
  for (const service of SERVICES) {
    mark(
      "enabled",
      subject.services === "*" ? "*" : (subject.services[service] ?? []),
      serviceMask(service),
    );
  }
  markPolicies("boundary", subject.boundaries);
  markPolicies("identity", subject.identityPolicies);
  return { rows, everywhere };
}

/** The rule of POL-3 on all actions of one region at once; the role layer comes at the question, for it depends on ownership. */
function allowedActions(subject: AccessSubject, row: Row): number {
  const usable = row.enabled | WITHOUT_SERVICE;
  if (subject.role === "Owner") return usable;
  let allowed = usable & ~row.denied;
  if (subject.boundaries.length > 0) allowed &= row.boundary;
  if (subject.identityPolicies.length > 0) allowed &= row.identity;
  return allowed;
}

function emptyRow(): Row {
  return { enabled: 0, denied: 0, boundary: 0, identity: 0 };
}

function union(a: Row, b: Row): Row {
  return {
    enabled: a.enabled | b.enabled,
    denied: a.denied | b.denied,
    boundary: a.boundary | b.boundary,
    identity: a.identity | b.identity,
  };
}

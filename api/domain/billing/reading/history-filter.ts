import type { Service } from "@aifactory/sdk/policy";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";

/** Which part of the credit history is asked for; what is absent does not restrict. */
export interface HistoryFilter {
  from?: Date | undefined;
  to?: Date | undefined;
  workspaceId?: string | undefined;
  service?: Service | undefined;
  /** A notebook or container with the storage it had, or a volume. */
  resourceId?: string | undefined;
  /** Who paid, or what was granted. */
  source?: CreditKind | undefined;
  voucherId?: string | undefined;
}

/** Collects the values of a statement; each becomes the next placeholder. */
export class Values {
  readonly list: unknown[] = [];

  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}

/** SQL: the posting `p` of Organization `$1` is of this Workspace, Service and source. True where nothing is asked. */
export function matchesPosting(filter: HistoryFilter, values: Values): string {
  const { workspaceId, service, source, voucherId } = filter;
  const conditions = ["p.account in ('charges', 'grants', 'expired', 'conversion')"];
  if (workspaceId !== undefined) conditions.push(`p.workspace_id = ${values.add(workspaceId)}`);
  if (service !== undefined) conditions.push(`p.service = ${values.add(service)}`);
  if (voucherId !== undefined)
    conditions.push(
      `p.credit_id = (select id from credits where voucher_id = ${values.add(voucherId)})`,
    );
  if (source !== undefined) conditions.push(`(${isOf(source, values)})`);
  return conditions.join(" and ");
}

// A grant of top-up names its credit; a charge on top-up names none.
function isOf(source: CreditKind, values: Values): string {
  const credits = `array(select id from credits where organization_id = $1 and kind = ${values.add(source)})`;
  const named = `p.credit_id = any (${credits})`;
  return source === "topUp" ? `p.credit_id is null or ${named}` : named;
}

/** SQL: the run `r` is of this Workspace, Service and resource. True where nothing is asked. */
export function matchesRun(filter: HistoryFilter, values: Values): string {
  const { workspaceId, service, resourceId } = filter;
  const conditions = ["true"];
  if (workspaceId !== undefined) conditions.push(`r.workspace_id = ${values.add(workspaceId)}`);
  if (service !== undefined) conditions.push(`r.service = ${values.add(service)}`);
  if (resourceId !== undefined) {
    const id = values.add(resourceId);
    conditions.push(`(r.resource_id = ${id} or r.volume_id = ${id})`);
  }
  return conditions.join(" and ");
}

/** Whether only charges can match. */
export function asksForUsage({ workspaceId, service, resourceId }: HistoryFilter): boolean {
  return (workspaceId ?? service ?? resourceId) !== undefined;
}

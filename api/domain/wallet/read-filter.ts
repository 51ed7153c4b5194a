import type { Service } from "@aifactory/sdk/policy";
import type { CreditKind } from "#domain/billing/credit/grant-credit.ts";
import type { HistoryFilter } from "#domain/billing/reading/history-filter.ts";
import { InputError } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";

export interface FilterQuery {
  from?: string | undefined;
  to?: string | undefined;
  workspaceId?: string | undefined;
  service?: Service | undefined;
  resourceId?: string | undefined;
  source?: CreditKind | undefined;
  voucherId?: string | undefined;
}

const key = (id: string | undefined) => (id === undefined ? undefined : keyOf(id));
const moment = (at: string | undefined) => (at === undefined ? undefined : new Date(at));

/** The part of the credit history that is asked for. Throws where it would end before it begins. */
export function readFilter(query: FilterQuery): HistoryFilter {
  const [from, to] = [moment(query.from), moment(query.to)];
  if (from !== undefined && to !== undefined && from > to) {
    throw new InputError([
      { pointer: "?from", code: "out_of_range", message: "must not be after ?to" },
    ]);
  }
  return {
    from,
    to,
    workspaceId: key(query.workspaceId),
    service: query.service,
    resourceId: key(query.resourceId),
    source: query.source,
    voucherId: key(query.voucherId),
  };
}

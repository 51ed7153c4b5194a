import * as contract from "#contract/audit.ts";
import { getPolicySet } from "#domain/audit/get-policy-set.ts";
import { listAuditEvents } from "#domain/audit/list-audit-events.ts";
import { mountRead, type Mounting } from "#http/mount.ts";

export function auditRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.listAuditEvents, (ctx, { query }) => listAuditEvents(ctx, query));
  mountRead(mounting, contract.getPolicySet, (ctx, { params }) => getPolicySet(ctx, params));
}

import * as alerts from "#contract/balance-alerts.ts";
import * as contract from "#contract/notices.ts";
import type { Money } from "#domain/billing/units/money.ts";
import { createAlert } from "#domain/alerts/create-alert.ts";
import { deleteAlert } from "#domain/alerts/delete-alert.ts";
import { getAlert } from "#domain/alerts/get-alert.ts";
import { listAlerts } from "#domain/alerts/list-alerts.ts";
import { updateAlert } from "#domain/alerts/update-alert.ts";
import { listNotices } from "#domain/notices/list-notices.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function noticeRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.listNotices, (ctx, { query }) => listNotices(ctx, query));
  mountRead(mounting, contract.listWorkspaceNotices, (ctx, { query }) => listNotices(ctx, query));
  mountChange(mounting, alerts.createBalanceAlert, (ctx, { body }) => createAlert(ctx, body), {
    auditDetails,
  });
  mountRead(mounting, alerts.listBalanceAlerts, (ctx, { query }) => listAlerts(ctx, query));
  mountRead(mounting, alerts.getBalanceAlert, (ctx, { params }) => getAlert(ctx, params));
  mountChange(
    mounting,
    alerts.putBalanceAlert,
    (ctx, { params, body }) => updateAlert(ctx, params, body),
    { auditDetails },
  );
  mountChange(mounting, alerts.deleteBalanceAlert, (ctx, { params }) => deleteAlert(ctx, params));
}

const auditDetails = ({ threshold, recipients }: { threshold: Money; recipients: string[] }) => ({
  threshold,
  recipients,
});

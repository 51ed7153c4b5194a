import { debtTimer } from "#domain/debts/debt-timer.ts";
import { checkIdle } from "#domain/idle/check-idle.ts";
import { sendMail, type MailDependencies } from "#domain/mail/send-mail.ts";
import { deliverNotice } from "#domain/notices/deliver-notice.ts";
import type { ReconcileDependencies } from "#domain/resources/reconcile/dependencies.ts";
import { reconcileResource } from "#domain/resources/reconcile/reconcile-resource.ts";
import { reconcileVolume } from "#domain/resources/reconcile/reconcile-volume.ts";
import { removeWorkspace } from "#domain/resources/reconcile/remove-workspace.ts";
import { stopAtLimit } from "#domain/resources/reconcile/stop-at-limit.ts";
import { stopForDebt } from "#domain/resources/reconcile/stop-for-debt.ts";
import { sweepCluster } from "#domain/resources/reconcile/sweep-cluster.ts";
import type { WorkHandlers } from "#domain/work/types.ts";

/** What the worker does for each kind of work. */
export function workHandlers(site: ReconcileDependencies & MailDependencies): WorkHandlers {
  return {
    reconcileResource: reconcileResource(site),
    reconcileVolume: reconcileVolume(site),
    stopForDebt: stopForDebt(site),
    debtTimer: debtTimer(site),
    deliverNotice: deliverNotice(site),
    deleteWorkspace: removeWorkspace(site),
    stopAtLimit: stopAtLimit(site),
    checkIdle: checkIdle(site),
    sweepCluster: sweepCluster(site),
    mail: sendMail(site),
  };
}

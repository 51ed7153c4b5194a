import type { Money } from "#domain/billing/units/money.ts";
import type { NoticeFacts, Told } from "./notice.ts";

/** What a notice says to people: a line, and a paragraph with what to do. */
export interface NoticeText {
  subject: string;
  text: string;
}

/** The words of a notice. Names of the tenant's own making do not occur in them. */
export function noticeText(told: Told): NoticeText {
  switch (told.kind) {
    case "lowBalance":
      return lowBalance(told.facts);
    case "stoppedForDebt":
      return stoppedForDebt(told.facts);
    case "debtWarning":
      return debtWarning(told.facts);
    case "deletedForDebt":
      return deletedForDebt(told.facts);
    case "balanceAlert":
      return balanceAlert(told.facts);
    case "quotaWarning":
      return quotaWarning(told.facts);
    case "idleWarning":
      return idleWarning(told.facts);
  }
}

function lowBalance({ service, needed, available }: NoticeFacts["lowBalance"]): NoticeText {
  return {
    subject: `The Wallet does not cover an hour of the Service ${service}`,
    text: `Something was refused that needs ${show(needed)} for an hour; ${show(available)} is available for the Service ${service}. ${PAY}`,
  };
}

function stoppedForDebt({ service, stopped }: NoticeFacts["stoppedForDebt"]): NoticeText {
  return {
    subject: `The balance ran out: everything of the Service ${service} was stopped`,
    text: `${stopped} running, starting or being created: stopped. Persistent storage is kept, and still charged. Nothing starts again by itself. ${PAY}`,
  };
}

function debtWarning(facts: NoticeFacts["debtWarning"]): NoticeText {
  const { service, available, negativeSince, deletesAt } = facts;
  return {
    subject: `Everything of the Service ${service} will be deleted at ${deletesAt}`,
    text: `The balance for the Service ${service} is ${show(available)}, below zero since ${negativeSince}. Unless it reaches zero before ${deletesAt}, its resources and all its volumes are deleted for good, with their data. ${PAY}`,
  };
}

function deletedForDebt(facts: NoticeFacts["deletedForDebt"]): NoticeText {
  const { service, available, negativeSince, resources, volumes } = facts;
  return {
    subject: `Everything of the Service ${service} was deleted`,
    text: `The balance for the Service ${service} has been below zero since ${negativeSince}; it is ${show(available)}. Resources deleted: ${resources}, volumes: ${volumes}.`,
  };
}

function balanceAlert({ threshold, total }: NoticeFacts["balanceAlert"]): NoticeText {
  return {
    subject: `The Wallet's total fell below ${show(threshold)}`,
    text: `The Wallet's total is ${show(total)}. The Organization's Owner has asked for this notice to be sent to you.`,
  };
}

function quotaWarning(facts: NoticeFacts["quotaWarning"]): NoticeText {
  const { percent, period, limitUsd, spentUsd, resetsAt } = facts;
  const creating =
    percent < 100 ? "At 100 % creating resources is refused." : "Creating resources is refused.";
  return {
    subject: `A Workspace has spent ${percent} % of its Quota of this ${period}`,
    text: `${spentUsd} USD of ${limitUsd} USD are spent. ${creating} What runs goes on. It resets at ${resetsAt}; Owner and Admins can raise it.`,
  };
}

function idleWarning({ notebookId, idleSince, stopsAt }: NoticeFacts["idleWarning"]): NoticeText {
  return {
    subject: `A notebook that nobody uses will be stopped at ${stopsAt}`,
    text: `Nobody has used the notebook ${notebookId} since ${idleSince}. Unless somebody does before ${stopsAt}, it is stopped: what is in memory is lost, its home volume is kept and still charged. To keep it running, use it or edit its idle stop.`,
  };
}

const PAY = "Top up, or redeem a voucher that fits.";

function show({ amount, currency }: Money): string {
  return `${amount} ${currency}`;
}

import type { Service } from "@aifactory/sdk/policy";
import type { NoticeAudience, NoticeKind } from "#db/schema/notices.ts";
import type { Money } from "#domain/billing/units/money.ts";

/** What each kind of notice tells; moments are RFC 3339. */
export interface NoticeFacts {
  /** BIL-4: something was refused because an hour of it is not covered. */
  lowBalance: { service: Service; needed: Money; available: Money };
  /** BIL-5. */
  stoppedForDebt: { service: Service; stopped: number };
  /** BIL-6: the first, second or third warning of a debt; the third again, counted on, after an outage. */
  debtWarning: {
    service: Service;
    warning: number;
    available: Money;
    negativeSince: string;
    deletesAt: string;
  };
  /** BIL-6. */
  deletedForDebt: {
    service: Service;
    available: Money;
    negativeSince: string;
    resources: number;
    volumes: number;
  };
  /** BIL-7. */
  balanceAlert: { alertId: string; threshold: Money; total: Money };
  /** QUO-4. */
  quotaWarning: {
    percent: number;
    period: "day" | "month";
    limitUsd: string;
    spentUsd: string;
    resetsAt: string;
  };
  /** RES-9: it is stopped at that moment unless somebody uses it. */
  idleWarning: { notebookId: string; idleSince: string; stopsAt: string };
}

interface About<K extends NoticeKind> {
  kind: K;
  facts: NoticeFacts[K];
}

/** A kind of notice with its facts. */
export type Told = { [K in NoticeKind]: About<K> }[NoticeKind];

/** What people are told, once for each cause (AUD-3). */
export type Notice = Told & {
  organizationId: string;
  workspaceId?: string;
  /** Names what it is about, for good: `stoppedForDebt:<organization>:<service>:<since>`. */
  cause: string;
  audience: NoticeAudience;
  /** For the audience `person` only. */
  principalId?: string;
  /** Addresses; for the audience `recipients` only. */
  recipients?: string[];
};

import type { Service } from "@aifactory/sdk/policy";
import type { Money } from "#domain/billing/units/money.ts";
import { publicId } from "#domain/ids.ts";
import type { NoticeRow } from "./addresses-of.ts";
import type { Told } from "./notice.ts";
import { noticeText } from "./notice-text.ts";

/** Of each kind, some. */
interface ShownFacts {
  service?: Service;
  needed?: Money;
  available?: Money;
  stopped?: number;
  warning?: number;
  negativeSince?: string;
  deletesAt?: string;
  resources?: number;
  volumes?: number;
  alertId?: string;
  threshold?: Money;
  total?: Money;
  percent?: number;
  period?: "day" | "month";
  limitUsd?: string;
  spentUsd?: string;
  resetsAt?: string;
  notebookId?: string;
  idleSince?: string;
  stopsAt?: string;
}

/** A notice as the API shows it, in words and as facts (AUD-3). */
export function presentNotice(row: NoticeRow) {
  return {
    id: publicId("notice", row.id),
    at: row.at.toISOString(),
    kind: row.kind,
    workspaceId: row.workspaceId === null ? null : publicId("workspace", row.workspaceId),
    ...noticeText(row as unknown as Told),
    facts: row.facts as ShownFacts,
  };
}

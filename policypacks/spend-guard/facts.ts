import type { SavedWorkspace } from "@aifactory/policy-kit";
import type { PriceList, Wallet } from "@aifactory/sdk";

/** A limit of spending that holds in a Workspace (QUO-1), in micro-units of USD. */
export interface QuotaLimit {
  readonly period: "day" | "month";
  readonly limit: bigint;
}

/** What estimates are compared with. */
export interface Facts {
  readonly prices: PriceList;
  /** Saved ones; null where the control plane was not asked. */
  readonly workspaces: readonly SavedWorkspace[] | null;
  readonly quotas: ReadonlyMap<string, QuotaLimit>;
  readonly wallet: Wallet | null;
  /** GiB of the disk that a saved template brings, by its id; 0 for none. */
  readonly templateDisks: ReadonlyMap<string, number>;
  /** What the token may not read, in words. */
  readonly notChecked: readonly string[];
}

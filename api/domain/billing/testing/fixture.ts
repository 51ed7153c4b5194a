import { afterAll, beforeAll } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/database.ts";
import type { Database } from "#db/database.ts";
import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { closeRun } from "#domain/billing/runs/close-run.ts";
import { grantCredit, type Credit, type CreditGrant } from "#domain/billing/credit/grant-credit.ts";
import type { NewRun } from "#domain/billing/runs/usage-run.ts";
import {
  at,
  createOrganization,
  gpuRun,
  RATES,
  setCursor,
  setRates,
  tickAt,
  type TestOrganization,
  reportRun,
} from "./world.ts";

/** A database for the file; `get` once its tests run. */
export function testDatabase(): { get(): TestDatabase; readonly database: Database } {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await setRates(database.database);
  });
  afterAll(() => database.drop());
  return {
    get: () => database,
    get database() {
      return database.database;
    },
  };
}

let shards = 0;

/** One Organization on a shard of its own, and the verbs at moments of the test's choosing. */
export class Scene {
  readonly database: Database;
  readonly organization: TestOrganization;

  private constructor(database: Database, organization: TestOrganization) {
    this.database = database;
    this.organization = organization;
  }

  static async begin(
    database: Database,
    now: string,
    options: { currency?: "USD" | "VND" | "JPY"; workspaces?: number } = {},
  ): Promise<Scene> {
    const shard = shards++ % 64;
    await setCursor(database, shard, now);
    return new Scene(database, await createOrganization(database, { now, shard, ...options }));
  }

  at<T>(now: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return at(this.database, now, work);
  }

  tick(now: string) {
    return tickAt(this.database, this.organization.shard, now);
  }

  /** Begins a run at a price per hour in micro-units; returns the resource. */
  async start(
    startedAt: string,
    pricePerHour: bigint,
    run: Partial<Omit<NewRun, "startedAt">> & { reportedAt?: string } = {},
  ): Promise<string> {
    const { reportedAt, ...given } = run;
    const resourceId = run.resourceId ?? newId();
    await this.at(reportedAt ?? startedAt, (tx) =>
      reportRun(tx, gpuRun(this.organization, { ...given, resourceId, startedAt, pricePerHour })),
    );
    return resourceId;
  }

  stop(subjectId: string, endedAt: string, reportedAt = endedAt): Promise<void> {
    return this.at(reportedAt, (tx) =>
      closeRun(tx, {
        shard: this.organization.shard,
        kind: "gpu",
        subjectId,
        endedAt: new Date(endedAt),
      }),
    );
  }

  grant(
    now: string,
    amount: bigint,
    grant: Partial<Omit<CreditGrant, "expiresAt" | "startsAt">> & {
      expiresAt?: string;
      startsAt?: string;
    } = {},
  ): Promise<Credit> {
    const { expiresAt, startsAt, ...rest } = grant;
    return this.at(now, (tx) =>
      grantCredit(tx, {
        organizationId: this.organization.organizationId,
        kind: "voucher",
        amount,
        currency: this.organization.currency,
        rates: RATES,
        ...rest,
        ...(expiresAt && { expiresAt: new Date(expiresAt) }),
        ...(startsAt && { startsAt: new Date(startsAt) }),
      }),
    );
  }

  /** The Wallet's lines. */
  async lines(): Promise<{ plans: bigint; vouchers: bigint; topUp: bigint }> {
    const { rows } = await this.database.pool.query(
      'select plans, vouchers, top_up as "topUp" from wallets where organization_id = $1',
      [this.organization.organizationId],
    );
    return rows[0];
  }

  async remaining(credit: Credit): Promise<bigint> {
    const { rows } = await this.database.pool.query("select remaining from credits where id = $1", [
      credit.id,
    ]);
    return rows[0].remaining;
  }
}

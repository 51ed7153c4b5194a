import type { Database } from "#db/database.ts";
import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { cancelPlan } from "#domain/billing/credit/cancel-plan.ts";
import { closeRun } from "#domain/billing/runs/close-run.ts";
import { grantCredit, type Credit } from "#domain/billing/credit/grant-credit.ts";
import { grantPlan } from "#domain/billing/credit/grant-plan.ts";
import { issueVoucher } from "#domain/billing/credit/issue-voucher.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import { redeemVoucher } from "#domain/billing/credit/redeem-voucher.ts";
import { resizeRun } from "#domain/billing/runs/resize-run.ts";
import { settleTopUp } from "#domain/billing/credit/settle-top-up.ts";
import type { NewRun, RunEnd } from "#domain/billing/runs/usage-run.ts";
import type { Event } from "./history.ts";
import type { ModelRun } from "./model-facts.ts";
import { Model } from "./model.ts";
import { at, RATES, setPrice, type TestOrganization, reportRun } from "./world.ts";

interface Subject {
  id: string;
  kind: "gpu" | "storage";
  service: "notebook" | "container";
  workspaceId: string;
}

/** Does to the database by the verbs, and to the model, what a history says of one Organization. */
export class Player {
  readonly model: Model;
  readonly organization: TestOrganization;
  now: number;
  readonly #database: Database;
  readonly #subjects: Subject[];
  #isFixed = false;
  /** The starts of the reported intervals, in order. */
  readonly #intervals = new Map<Subject, number[]>();

  constructor(database: Database, organization: TestOrganization, start: Date) {
    this.#database = database;
    this.organization = organization;
    this.now = start.getTime();
    this.model = new Model(Math.floor(this.now / 60_000), organization.currency, RATES);
    const [first, second] = organization.workspaceIds as [string, string];
    this.#subjects = [
      { id: newId(), kind: "gpu", service: "notebook", workspaceId: first },
      { id: newId(), kind: "gpu", service: "container", workspaceId: second },
      { id: newId(), kind: "gpu", service: "container", workspaceId: first },
      { id: newId(), kind: "storage", service: "notebook", workspaceId: first },
      { id: newId(), kind: "storage", service: "container", workspaceId: second },
    ];
    for (const subject of this.#subjects) this.#intervals.set(subject, []);
  }

  async play(step: Event): Promise<void> {
    switch (step.do) {
      case "price":
        return this.#setPrice(step);
      case "topUp":
        return this.#topUp(step);
      case "billingPlan":
        return this.#grantPlan(step);
      case "cancelPlan":
        return this.#cancelPlan(step);
      case "voucher":
      case "plan":
        return this.#grant(step);
      default:
        return this.#report(step, this.#subjects[step.subject]!);
    }
  }

  /** Whether the step will convert the Wallet: then everything of the shard is charged first. */
  fixesCurrency(step: Event): boolean {
    return step.do === "topUp" && !this.#isFixed && step.currency !== this.model.currency;
  }

  /** Ids decide between runs of one start, so the model takes the database's. */
  async learnIds(): Promise<void> {
    const { rows } = await this.#database.pool.query<{ key: string; id: string }>(
      `select subject_id || ' ' || kind || ' ' || floor(extract(epoch from started_at) * 1000) as key, id
       from usage_runs where organization_id = $1 and (ended_at is null or ended_at > started_at)
       union all
       select plan_id || ' ' || plan_period, id from credits where organization_id = $1 and plan_id is not null`,
      [this.organization.organizationId],
    );
    this.model.ids = new Map(rows.map((row) => [row.key, row.id]));
  }

  async #report(step: Extract<Event, { subject: number }>, subject: Subject): Promise<void> {
    const intervals = this.#intervals.get(subject)!;
    const latest = intervals.at(-1);
    const end = latest === undefined ? 0 : this.#endOf(subject, latest);
    const isOpen = end === null;
    switch (step.do) {
      case "open":
        if (isOpen) return this.#repeat(subject, latest!);
        return this.#open(subject, Math.max(this.now - step.agoMs, end), null, step);
      case "close":
        if (isOpen) await this.#close(subject, latest!, Math.max(this.now - step.agoMs, latest!));
        return;
      case "shorten":
        if (latest !== undefined && !isOpen)
          await this.#close(subject, latest, Math.max(end - step.byMs, latest));
        return;
      case "repeat":
        if (latest !== undefined) await this.#repeat(subject, latest);
        return;
      case "reportGap":
        return this.#reportGap(subject, intervals, step);
      case "resize":
        if (isOpen) await this.#resize(subject, latest!, step);
    }
  }

  async #open(
    subject: Subject,
    since: number,
    end: number | null,
    { price, usd, quantity }: { price: bigint; usd: bigint; quantity: number },
  ): Promise<void> {
    const intervals = this.#intervals.get(subject)!;
    if (intervals.includes(since)) return;
    const run = this.#newRun(subject, since, end, { price, usd, quantity });
    await this.#tx((tx) => reportRun(tx, run));
    this.model.open({
      subject: keyOf(subject),
      item: this.#itemOf(subject.kind),
      quantity,
      workspace: subject.workspaceId,
      service: subject.service,
      currency: run.currency,
      price: run.pricePerHour,
      priceUsd: run.priceUsdPerHour,
      start: since,
      end,
    });
    intervals.push(since);
    intervals.sort((a, b) => a - b);
  }

  /** An interval that became known after a later one: somewhere between two known ones, or before them all. */
  async #reportGap(
    subject: Subject,
    intervals: number[],
    step: { gap: number; from: number; to: number; price: bigint },
  ): Promise<void> {
    if (intervals.length === 0) return;
    const index = step.gap % intervals.length;
    const gapEnd = intervals[index]!;
    const gapStart =
      index === 0 ? gapEnd - 10 * 60_000 : this.#endOf(subject, intervals[index - 1]!)!;
    const place = (percent: number) => gapStart + Math.floor(((gapEnd - gapStart) * percent) / 100);
    const [from, to] = [Math.min(step.from, step.to), Math.max(step.from, step.to)].map(place) as [
      number,
      number,
    ];
    const { price } = step;
    if (from < to && from >= gapStart)
      await this.#open(subject, from, to, { price, usd: price, quantity: 1 });
  }

  async #close(subject: Subject, since: number, end: number): Promise<void> {
    await this.#tx((tx) => closeRun(tx, this.#end(subject, since, end)));
    for (const run of this.#runsOf(subject, since).toReversed()) {
      const runEnd = Math.max(end, run.start);
      if (run.end === null) this.model.end(run, runEnd);
      else if (run.end > runEnd) this.model.shorten(run, runEnd);
    }
  }

  async #resize(
    subject: Subject,
    since: number,
    step: { agoMs: number; quantity: number },
  ): Promise<void> {
    const when = Math.max(this.now - step.agoMs, since);
    const { shard } = this.organization;
    const { kind, id: subjectId } = subject;
    const resize = { shard, kind, subjectId, quantity: step.quantity, at: new Date(when) };
    await this.#tx((tx) => resizeRun(tx, resize));
    this.model.resize(this.#runsOf(subject, since), step.quantity, when);
  }

  /** The cluster says again what it has said. */
  async #repeat(subject: Subject, since: number): Promise<void> {
    const end = this.#endOf(subject, since);
    const known = { price: 7n, usd: 7n, quantity: 1 };
    await this.#tx(async (tx) => {
      await reportRun(tx, this.#newRun(subject, since, null, known));
      if (end !== null) await closeRun(tx, this.#end(subject, since, end));
    });
  }

  #runsOf(subject: Subject, since: number): ModelRun[] {
    return this.model.interval(keyOf(subject), since);
  }

  /** When a reported interval ended; its start when nothing is left of it, null while it goes on. */
  #endOf(subject: Subject, since: number): number | null {
    const last = this.#runsOf(subject, since).at(-1);
    return last === undefined ? since : last.end;
  }

  #end(subject: Subject, since: number, end: number): RunEnd {
    return {
      shard: this.organization.shard,
      kind: subject.kind,
      subjectId: subject.id,
      startedAt: new Date(since),
      endedAt: new Date(end),
    };
  }

  /** A flavor, and a region, that nobody else uses: prices are the site's. */
  #itemOf(kind: "gpu" | "storage"): string {
    return `${this.organization.organizationId} ${kind}`;
  }

  /** A new price takes effect where nothing has been charged yet. */
  async #setPrice({ kind, inMinutes, prices }: Extract<Event, { do: "price" }>): Promise<void> {
    const minute = this.model.cursor + inMinutes;
    const item = this.#itemOf(kind);
    await this.#tx((tx) => setPrice(tx, { kind, item, minute, prices }));
    const same = this.model.prices.findIndex((it) => it.item === item && it.minute === minute);
    if (same >= 0) this.model.prices.splice(same, 1);
    this.model.prices.push({ item, minute, prices });
  }

  #newRun(
    subject: Subject,
    since: number,
    end: number | null,
    { price, usd, quantity }: { price: bigint; usd: bigint; quantity: number },
  ): NewRun {
    const isGpu = subject.kind === "gpu";
    return {
      organizationId: this.organization.organizationId,
      workspaceId: subject.workspaceId,
      shard: this.organization.shard,
      service: subject.service,
      kind: subject.kind,
      resourceId: isGpu ? subject.id : null,
      volumeId: isGpu ? null : subject.id,
      region: isGpu ? "hanoi" : this.#itemOf("storage"),
      product: isGpu ? this.#itemOf("gpu") : "persistent",
      quantity,
      currency: this.model.currency,
      pricePerHour: price * BigInt(quantity),
      priceUsdPerHour: usd * BigInt(quantity),
      startedAt: new Date(since),
      endedAt: end === null ? null : new Date(end),
    };
  }

  async #topUp({ amount: units, currency }: Extract<Event, { do: "topUp" }>): Promise<void> {
    const { organizationId } = this.organization;
    const amount = inCurrency(units, currency);
    const settled = { organizationId, amount, currency, rates: RATES, key: newId() };
    const credit = await this.#tx((tx) => settleTopUp(tx, settled));
    await this.learnIds();
    const { model } = this;
    if (!this.#isFixed && currency !== model.currency)
      model.fixCurrency(this.now, currency, RATES(model.currency, currency, new Date(this.now)));
    this.#isFixed = true;
    model.topUp += credit.amount;
  }

  async #grantPlan(step: Extract<Event, { do: "billingPlan" }>): Promise<void> {
    const { organizationId } = this.organization;
    const { currency, days, renews } = step;
    const amount = inCurrency(step.amount, currency);
    const starts = this.now + step.startsInMs;
    const period = { unit: "day" as const, count: days };
    const grant = { organizationId, amount, currency, period, renews, startsAt: new Date(starts) };
    const { id } = await this.#tx((tx) => grantPlan(tx, grant));
    await this.learnIds();
    const plan = { id, amount, currency, days, renews, starts, next: 0, cancelled: false };
    this.model.plans.push(plan);
    this.model.renewPlans(this.now, [plan]);
  }

  async #cancelPlan({ which }: { which: number }): Promise<void> {
    const plan = this.model.plans[which % Math.max(1, this.model.plans.length)];
    if (!plan) return;
    await this.#tx((tx) => cancelPlan(tx, plan.id));
    plan.cancelled = true;
  }

  async #grant(step: Extract<Event, { do: "voucher" | "plan" }>): Promise<void> {
    const { organizationId } = this.organization;
    const { currency } = this.model;
    const credit = await this.#tx(async (tx): Promise<Credit> => {
      if (step.do === "voucher") {
        const expiresAt = new Date(this.now + step.lastsMs);
        const { code } = await issueVoucher(tx, {
          amount: inCurrency(step.amount, step.currency),
          currency: step.currency,
          services: step.services,
          expiresAt,
        });
        return redeemVoucher(tx, { organizationId, code, rates: RATES });
      }
      const startsAt = new Date(this.now + step.startsInMs);
      const expiresAt = step.lastsMs ? new Date(startsAt.getTime() + step.lastsMs) : null;
      const { amount } = step;
      const rates = RATES;
      return grantCredit(tx, {
        organizationId,
        kind: "plan",
        amount,
        currency,
        startsAt,
        expiresAt,
        rates,
      });
    });
    this.model.credits.push({
      id: credit.id,
      kind: step.do,
      services: credit.services,
      remaining: credit.amount,
      starts: credit.startsAt.getTime(),
      expires: credit.expiresAt?.getTime() ?? null,
      lapsed: false,
    });
  }

  #tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return at(this.#database, new Date(this.now), work);
  }
}

const keyOf = (subject: Subject) => `${subject.id} ${subject.kind}`;

/** Large enough to be worth something in any currency. */
const inCurrency = (amount: bigint, currency: Currency) =>
  amount * (currency === "USD" ? 1n : 30_000n);

import type { Database } from "#db/database.ts";
import type { Tx } from "#db/tenant.ts";
import { newId } from "#domain/ids.ts";
import { closeRun } from "../close-run.ts";
import { grantCredit, type Credit } from "../grant-credit.ts";
import { issueVoucher } from "../issue-voucher.ts";
import { openRun } from "../open-run.ts";
import { redeemVoucher } from "../redeem-voucher.ts";
import { repriceRun } from "../reprice-run.ts";
import type { NewRun } from "../usage-run.ts";
import type { Event } from "./history.ts";
import { Model, type ModelRun } from "./model.ts";
import { at, RATES, type TestOrganization } from "./world.ts";

interface Subject {
  id: string;
  kind: "gpu" | "storage";
  service: "notebook" | "container";
  workspaceId: string;
}

/** The runs of one reported interval, oldest first; more than one after a new price. */
interface Interval {
  since: number;
  runs: ModelRun[];
}

/** Does to the database by the verbs, and to the model, what a history says of one Organization. */
export class Player {
  readonly model: Model;
  readonly organization: TestOrganization;
  now: number;
  readonly #database: Database;
  readonly #subjects: Subject[];
  readonly #intervals = new Map<Subject, Interval[]>();

  constructor(database: Database, organization: TestOrganization, start: Date) {
    this.#database = database;
    this.organization = organization;
    this.now = start.getTime();
    this.model = new Model(Math.floor(this.now / 60_000));
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
      case "voucher":
      case "plan":
      case "topUp":
        await this.#grant(step);
        return;
      default:
        await this.#report(step, this.#subjects[step.subject]!);
        this.#followRenumbered();
        await this.#learnIds();
    }
  }

  async #report(step: Extract<Event, { subject: number }>, subject: Subject): Promise<void> {
    const intervals = this.#intervals.get(subject)!;
    const latest = intervals.at(-1);
    const isOpen = latest?.runs.at(-1)!.end === null;
    switch (step.do) {
      case "open":
        if (isOpen) return this.#repeat(subject, latest!);
        return this.#open(
          subject,
          Math.max(this.now - step.agoMs, endOf(latest)),
          null,
          step.price,
          step.usd,
        );
      case "close":
        if (isOpen)
          await this.#close(subject, latest!, Math.max(this.now - step.agoMs, latest!.since));
        return;
      case "shorten":
        if (latest && !isOpen)
          await this.#close(subject, latest, Math.max(endOf(latest) - step.byMs, latest.since));
        return;
      case "repeat":
        if (latest) await this.#repeat(subject, latest);
        return;
      case "reportGap":
        return this.#reportGap(subject, intervals, step);
      case "reprice":
        if (isOpen) await this.#reprice(subject, latest!, step);
    }
  }

  async #open(
    subject: Subject,
    since: number,
    end: number | null,
    price: bigint,
    usd: bigint,
  ): Promise<void> {
    const intervals = this.#intervals.get(subject)!;
    if (intervals.some((interval) => interval.since === since)) return;
    await this.#tx((tx) => openRun(tx, this.#newRun(subject, since, end, price, usd)));
    const run = this.model.open({
      id: "",
      subject: `${subject.id} ${subject.kind}`,
      workspace: subject.workspaceId,
      service: subject.service,
      price,
      priceUsd: usd,
      start: since,
      end,
    });
    intervals.push({ since, runs: [run] });
    intervals.sort((a, b) => a.since - b.since);
  }

  /** An interval that became known after a later one: somewhere between two known ones, or before them all. */
  async #reportGap(
    subject: Subject,
    intervals: Interval[],
    step: { gap: number; from: number; to: number; price: bigint },
  ): Promise<void> {
    if (intervals.length === 0) return;
    const index = step.gap % intervals.length;
    const gapEnd = intervals[index]!.since;
    const gapStart = index === 0 ? gapEnd - 10 * 60_000 : endOf(intervals[index - 1]);
    const place = (percent: number) => gapStart + Math.floor(((gapEnd - gapStart) * percent) / 100);
    const [from, to] = [Math.min(step.from, step.to), Math.max(step.from, step.to)].map(place) as [
      number,
      number,
    ];
    if (from < to && from >= gapStart) await this.#open(subject, from, to, step.price, step.price);
  }

  async #close(subject: Subject, interval: Interval, end: number): Promise<void> {
    await this.#tx((tx) =>
      closeRun(tx, {
        shard: this.organization.shard,
        kind: subject.kind,
        subjectId: subject.id,
        startedAt: new Date(interval.since),
        endedAt: new Date(end),
      }),
    );
    for (const known of interval.runs.toReversed()) {
      const run = this.#current(known);
      const runEnd = Math.max(end, run.start);
      if (run.end === null) this.model.end(run, runEnd);
      else if (run.end > runEnd) this.model.shorten(run, runEnd);
    }
  }

  #followRenumbered(): void {
    for (const interval of [...this.#intervals.values()].flat()) {
      interval.runs = interval.runs.map((run) => this.#current(run));
    }
  }

  /** The run that took a renumbered one's place. */
  #current(run: ModelRun): ModelRun {
    const same = this.model.runs.filter(
      (other) => other.subject === run.subject && other.start === run.start,
    );
    return same.at(-1)!;
  }

  async #reprice(
    subject: Subject,
    interval: Interval,
    step: { agoMs: number; price: bigint },
  ): Promise<void> {
    const run = interval.runs.at(-1)!;
    if (run.price === step.price && run.priceUsd === step.price) return;
    const when = Math.max(this.now - step.agoMs, run.start + 1);
    if (when > this.now) return;
    await this.#tx((tx) =>
      repriceRun(tx, {
        shard: this.organization.shard,
        kind: subject.kind,
        subjectId: subject.id,
        product: "product",
        quantity: 1,
        currency: this.organization.currency,
        pricePerHour: step.price,
        priceUsdPerHour: step.price,
        at: new Date(when),
      }),
    );
    this.model.end(run, when);
    interval.runs.push(
      this.model.open({
        ...run,
        id: "",
        start: when,
        end: null,
        price: step.price,
        priceUsd: step.price,
      }),
    );
  }

  /** The cluster says again what it has said. */
  async #repeat(subject: Subject, interval: Interval): Promise<void> {
    const run = interval.runs[0]!;
    await this.#tx(async (tx) => {
      await openRun(tx, this.#newRun(subject, interval.since, null, run.price, run.priceUsd));
      const { end } = interval.runs.at(-1)!;
      if (end === null) return;
      await closeRun(tx, {
        shard: this.organization.shard,
        kind: subject.kind,
        subjectId: subject.id,
        startedAt: new Date(interval.since),
        endedAt: new Date(end),
      });
    });
  }

  #newRun(subject: Subject, since: number, end: number | null, price: bigint, usd: bigint): NewRun {
    const isGpu = subject.kind === "gpu";
    return {
      organizationId: this.organization.organizationId,
      workspaceId: subject.workspaceId,
      shard: this.organization.shard,
      service: subject.service,
      kind: subject.kind,
      resourceId: isGpu ? subject.id : null,
      volumeId: isGpu ? null : subject.id,
      region: "hanoi",
      product: "product",
      quantity: 1,
      currency: this.organization.currency,
      pricePerHour: price,
      priceUsdPerHour: usd,
      startedAt: new Date(since),
      endedAt: end === null ? null : new Date(end),
    };
  }

  async #grant(step: Extract<Event, { amount: bigint }>): Promise<void> {
    const { organizationId, currency } = this.organization;
    const credit = await this.#tx(async (tx): Promise<Credit> => {
      if (step.do === "voucher") {
        // Large enough to be worth something in any currency.
        const amount = step.amount * (step.currency === "USD" ? 1n : 30_000n);
        const expiresAt = new Date(this.now + step.lastsMs);
        const { code } = await issueVoucher(tx, {
          amount,
          currency: step.currency,
          services: step.services,
          expiresAt,
        });
        return redeemVoucher(tx, { organizationId, code, rates: RATES });
      }
      const startsAt = new Date(this.now + (step.do === "plan" ? step.startsInMs : 0));
      const expiresAt =
        step.do === "plan" && step.lastsMs ? new Date(startsAt.getTime() + step.lastsMs) : null;
      return grantCredit(tx, {
        organizationId,
        kind: step.do,
        amount: step.amount,
        currency,
        startsAt,
        expiresAt,
        rates: RATES,
      });
    });
    if (credit.kind === "topUp") this.model.topUp += credit.amount;
    else {
      this.model.credits.push({
        id: credit.id,
        kind: credit.kind,
        services: credit.services,
        amount: credit.amount,
        remaining: credit.amount,
        granted: this.now,
        starts: credit.startsAt.getTime(),
        expires: credit.expiresAt?.getTime() ?? null,
        lapsed: false,
      });
    }
  }

  /** Ids decide between runs of one start, so the model takes the database's. */
  async #learnIds(): Promise<void> {
    const { rows } = await this.#database.pool.query<{
      id: string;
      subject: string;
      started_at: Date;
    }>(
      `select id, subject_id || ' ' || kind as subject, started_at from usage_runs where organization_id = $1 order by id`,
      [this.organization.organizationId],
    );
    const ids = Map.groupBy(rows, (row) => `${row.subject} ${row.started_at.getTime()}`);
    for (const run of this.model.runs)
      run.id = ids.get(`${run.subject} ${run.start}`)?.shift()?.id ?? "missing";
  }

  #tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return at(this.#database, new Date(this.now), work);
  }
}

const endOf = (interval: Interval | undefined): number => interval?.runs.at(-1)!.end ?? 0;

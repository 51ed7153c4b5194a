import { randomUUID } from "node:crypto";
import { AiFactoryError, type Client } from "@aifactory/sdk";
import type { Database } from "../../../api/db/database.ts";
import { withSystem } from "../../../api/db/tenant.ts";
import { settleTopUp } from "../../../api/domain/billing/credit/settle-top-up.ts";
import { siteRates } from "../../../api/domain/billing/currency/site-rates.ts";
import { parseMoney, type Money } from "../../../api/domain/billing/units/money.ts";
import { carefulClient, type CarefulClient } from "../../e2e/crash/careful-client.ts";
import { containers, FIRST_GIB, notebooks, volumes, type Kind } from "../../e2e/crash/kinds.ts";
import type { Tenant } from "../site/world.ts";
import type { Action } from "./schedule.ts";

const REGIONS = [
  { region: "hanoi", flavor: "h100-sxm5-1" },
  { region: "tokyo", flavor: "h200-sxm5-1" },
] as const;
const PATIENCE_MS = 30_000;

interface Living {
  kind: "notebook" | "container" | "volume";
  id: string;
  region: 0 | 1;
  grown: boolean;
}

/** The Owner of one Organization, who repeats what was not answered and takes a refusal for an answer. */
export class Player {
  readonly #tenant: Tenant;
  readonly #owner: CarefulClient;
  readonly #operator: CarefulClient;
  readonly #database: Database;
  readonly #now: () => Promise<Date>;
  readonly #journal: (line: string) => void;
  readonly #living: Living[] = [];
  readonly #plans: string[] = [];
  #names = 0;
  /** How often each was accepted, or refused with which code. */
  readonly done = new Map<string, number>();

  constructor(options: {
    tenant: Tenant;
    url: string;
    operator: CarefulClient;
    database: Database;
    now: () => Promise<Date>;
    journal: (line: string) => void;
  }) {
    this.#tenant = options.tenant;
    this.#owner = carefulClient(options.url, options.tenant.token);
    this.#operator = options.operator;
    this.#database = options.database;
    this.#now = options.now;
    this.#journal = options.journal;
  }

  async act(action: Action): Promise<void> {
    const told = JSON.stringify(action);
    try {
      const what = await this.#act(action);
      this.#count(what);
      this.#journal(`  ${told}: ${what}`);
    } catch (error) {
      if (!(error instanceof AiFactoryError) || error.status < 400 || error.status >= 500)
        throw new Error(`${told} failed`, { cause: error });
      this.#count(`${action.do} ${error.code}`);
      this.#journal(`  ${told}: ${error.code}`);
    }
  }

  #act(action: Action): Promise<string> {
    switch (action.do) {
      case "create":
        return this.#create(action.kind, action.region);
      case "voucher":
        return this.#redeem(action);
      case "topUp":
        return this.#topUp(action.amount);
      case "plan":
        return this.#grantPlan(action);
      case "cancelPlan":
        return this.#cancelPlan(action.which);
      case "quota":
        return this.#setQuota(action);
      default:
        return this.#change(action.do, action.which);
    }
  }

  async #create(kind: Living["kind"], region: 0 | 1): Promise<string> {
    const name = `${kind}-${(this.#names += 1)}`;
    const { id } =
      kind === "volume"
        ? await this.#volumes(region).create(name, randomUUID())
        : await this.#kind(kind, region).create(name, randomUUID());
    this.#living.push({ kind, id, region, grown: false });
    return `create ${kind}`;
  }

  async #change(
    change: "start" | "stop" | "replace" | "grow" | "delete",
    which: number,
  ): Promise<string> {
    const item = this.#living[which % Math.max(1, this.#living.length)];
    if (item === undefined) return "nothing";
    if (item.kind === "volume") return this.#changeVolume(change, item);
    const kind = this.#kind(item.kind, item.region);
    if (change === "delete") {
      this.#forget(item);
      await kind.remove(item.id);
    } else if (change === "replace") {
      item.id = (await kind.replace(item.id, which % 2 === 0)).id;
    } else if (change === "grow") {
      if (item.grown || !(await kind.read(item.id)).hasStorage) return "nothing";
      item.grown = true;
      await kind.grow(item.id, 3 * FIRST_GIB);
    } else await kind[change](item.id);
    return `${change} ${item.kind}`;
  }

  async #changeVolume(change: string, item: Living): Promise<string> {
    const volumesThere = this.#volumes(item.region);
    if (change === "delete") {
      this.#forget(item);
      await volumesThere.remove(item.id);
    } else {
      // Of two sizes that nobody has seen yet, the cluster tells the later only.
      const { status } = await volumesThere.read(item.id);
      if (item.grown || status !== "AVAILABLE") return "nothing";
      item.grown = true;
      await volumesThere.grow(item.id, 2 * FIRST_GIB);
    }
    return `${change === "delete" ? change : "grow"} volume`;
  }

  async #redeem(voucher: Extract<Action, { do: "voucher" }>): Promise<string> {
    const expiresAt = new Date((await this.#now()).getTime() + voucher.lastsSeconds * 1000);
    const body = {
      amount: voucher.amount,
      expiresAt: expiresAt.toISOString(),
      ...(voucher.services && { services: voucher.services }),
    };
    const issued = await this.#operator.insist((idempotencyKey) =>
      this.#operator.client.issueVoucher({ body, idempotencyKey }),
    );
    // Codes are shown once; the answer that held it was lost.
    if (!issued.code) return "voucher lost";
    const { code } = issued;
    await this.#asOwner((client, idempotencyKey) =>
      client.redeemVoucher({ ...this.#inOrganization(), body: { code }, idempotencyKey }),
    );
    return "voucher";
  }

  /** As the gateway's confirmation does, again and again until one is known to have been taken. */
  async #topUp(amount: Money): Promise<string> {
    const settled = {
      organizationId: this.#tenant.key,
      amount: parseMoney(amount),
      currency: amount.currency,
      key: randomUUID(),
    };
    for (const deadline = Date.now() + PATIENCE_MS; ;) {
      try {
        await withSystem(this.#database, async (tx) =>
          settleTopUp(tx, { ...settled, rates: await siteRates(tx) }),
        );
        return "topUp";
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async #grantPlan({ amount, renews }: Extract<Action, { do: "plan" }>): Promise<string> {
    const period = { unit: "day" as const, count: 1 };
    const body = { amount, period, renews };
    const { id } = await this.#operator.insist((idempotencyKey) =>
      this.#operator.client.grantPlan({ ...this.#inOrganization(), body, idempotencyKey }),
    );
    this.#plans.push(id);
    return "plan";
  }

  async #cancelPlan(which: number): Promise<string> {
    const planId = this.#plans[which % Math.max(1, this.#plans.length)];
    if (planId === undefined) return "nothing";
    await this.#operator.insist((idempotencyKey) =>
      this.#operator.client.cancelPlan({ path: { planId }, idempotencyKey }),
    );
    return "cancelPlan";
  }

  async #setQuota({ limitUsd, period }: Extract<Action, { do: "quota" }>): Promise<string> {
    const path = { workspaceId: this.#tenant.workspaceId };
    await this.#asOwner((client) => client.putQuota({ path, body: { limitUsd, period } }));
    return "quota";
  }

  /** Deletes all that is known to live; answers how much that was. */
  async removeAll(): Promise<void> {
    const isVolume = ({ kind }: Living) => kind === "volume";
    for (const item of this.#living.toSorted((a, b) => Number(isVolume(a)) - Number(isVolume(b)))) {
      if (item.kind === "volume") await this.#volumes(item.region).remove(item.id);
      else await this.#kind(item.kind, item.region).remove(item.id);
    }
  }

  #kind(kind: "notebook" | "container", region: 0 | 1): Kind {
    const make = kind === "notebook" ? notebooks : containers;
    return make(this.#owner, this.#tenant.workspaceId, REGIONS[region]);
  }

  #volumes(region: 0 | 1) {
    return volumes(this.#owner, this.#tenant.workspaceId, REGIONS[region].region);
  }

  #asOwner<T>(call: (client: Client, idempotencyKey: string) => Promise<T>): Promise<T> {
    return this.#owner.insist((key) => call(this.#owner.client, key));
  }

  #inOrganization() {
    return { path: { organizationId: this.#tenant.organizationId } };
  }

  #forget(item: Living): void {
    this.#living.splice(this.#living.indexOf(item), 1);
  }

  #count(what: string): void {
    this.done.set(what, (this.done.get(what) ?? 0) + 1);
  }
}

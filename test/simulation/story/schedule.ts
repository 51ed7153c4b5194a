import {
  CURRENCIES,
  formatMoney,
  type Currency,
  type Money,
} from "../../../api/domain/billing/units/money.ts";
import { randomFrom, type Random } from "../../e2e/crash/random.ts";

/** What happens to one of the two Organizations; numbers are resolved against what there is by then. */
export type Action = { of: 0 | 1 } & (
  | { do: "create"; kind: "notebook" | "container" | "volume"; region: 0 | 1 }
  | { do: "start" | "stop" | "replace" | "grow" | "delete"; which: number }
  | { do: "voucher"; amount: Money; services: Services; lastsSeconds: number }
  | { do: "topUp"; amount: Money }
  | { do: "plan"; amount: Money; renews: boolean }
  | { do: "cancelPlan"; which: number }
  | { do: "quota"; limitUsd: string; period: "day" | "month" }
);
type Services = ("notebook" | "container")[] | null;

/** What strikes while a step is taken, at the n-th commit that goes by. */
export interface Fault {
  kind: "killReplica" | "stopDatabase" | "crashDatabase" | "answerLost" | "neverSent";
  atCommit: number;
}

/** What happens meanwhile, and what goes wrong. */
interface Meanwhile {
  actions: Action[];
  fault: Fault | null;
}

export type Step = Meanwhile &
  (
    | { do: "act" }
    /** The operator moves the clock, and everything due happens step by step. */
    | { do: "advance"; seconds: number }
    /** Time jumps under everybody; what was missed is caught up with. */
    | { do: "jump"; seconds: number }
    /** Nothing runs for so long; actions come once replicas are back. */
    | { do: "outage"; seconds: number }
  );

export interface Schedule {
  seed: number;
  replicas: 2 | 3;
  /** Before the first moment of a month. */
  beginsSecondsBefore: number;
  steps: Step[];
}

const HOUR = 3600;
const DAY = 24 * HOUR;

const STEPS = 22;

/** A story, from its seed alone. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  const beginsSecondsBefore = random.integer(HOUR / 2, 5 * HOUR);
  const replicas = random.pick([2, 2, 3] as const);
  const steps = opening(random);
  // In somewhat more than a third of the stories.
  const outageAt = random.integer(6, 48);
  while (steps.length < STEPS) {
    if (steps.length === outageAt) steps.push(outage(random));
    steps.push(nextStep(random));
  }
  return { seed, replicas, beginsSecondsBefore, steps };
}

/** Everybody has something to spend, and spends it. */
function opening(random: Random): Step[] {
  const both = [0, 1] as const;
  const credit = { do: "voucher", services: null, lastsSeconds: 2 * HOUR } as const;
  const create = { do: "create", kind: random.pick(["notebook", "container"] as const) } as const;
  const given = both.map((of) => ({ of, ...credit, amount: amount(random, 6_000_000) }));
  const created = both.map((of) => ({ of, ...create, region: of }));
  return [
    { do: "act", fault: null, actions: given },
    {
      do: "act",
      fault: null,
      actions: [...created, { of: 0, do: "create", kind: "volume", region: 0 }],
    },
  ];
}

function outage(random: Random): Step {
  const seconds = 3 * DAY + random.integer(0, DAY);
  return { do: "outage", seconds, fault: null, actions: actions(random, 0, 2) };
}

function nextStep(random: Random): Step {
  const fault = random.next() < 0.45 ? nextFault(random) : null;
  const kind = random.next();
  if (kind < 0.5) return { do: "act", actions: actions(random, 2, 5), fault };
  if (kind < 0.75) {
    const seconds = random.integer(1, 420);
    return { do: "advance", seconds, actions: actions(random, 0, 3), fault };
  }
  const seconds = random.pick([
    random.integer(60, 900),
    random.integer(900, 2 * HOUR),
    random.integer(HOUR, 10 * HOUR),
    random.integer(11 * HOUR, 26 * HOUR),
  ]);
  return { do: "jump", seconds, actions: actions(random, 0, 3), fault };
}

const actions = (random: Random, from: number, to: number) =>
  Array.from({ length: random.integer(from, to) }, () => nextAction(random));

const FAULTS = [
  "killReplica",
  "killReplica",
  "answerLost",
  "answerLost",
  "answerLost",
  "neverSent",
  "stopDatabase",
  "crashDatabase",
] as const;

function nextFault(random: Random): Fault {
  return { kind: random.pick(FAULTS), atCommit: random.integer(1, 30) };
}

function nextAction(random: Random): Action {
  const of = random.pick([0, 0, 1] as const);
  const which = random.integer(0, 1000);
  const kind = random.next();
  if (kind < 0.3) {
    const created = random.pick([
      "notebook",
      "notebook",
      "container",
      "container",
      "volume",
    ] as const);
    return { of, do: "create", kind: created, region: random.pick([0, 1] as const) };
  }
  if (kind < 0.62) {
    const change = random.pick(["start", "start", "stop", "replace", "grow", "delete"] as const);
    return { of, do: change, which };
  }
  if (kind < 0.8) {
    const services = random.pick<Services>([null, ["notebook"], ["container"]]);
    // Some end within the minutes that follow, some in the next jump.
    const lastsSeconds = random.pick([random.integer(20, 600), random.integer(600, DAY), 9 * DAY]);
    return { of, do: "voucher", amount: amount(random), services, lastsSeconds };
  }
  if (kind < 0.9)
    return { of, do: "topUp", amount: money(random, random.integer(100, 60_000_000)) };
  if (kind < 0.95) return { of, do: "plan", amount: amount(random), renews: random.next() < 0.5 };
  if (kind < 0.97) return { of, do: "cancelPlan", which };
  const period = random.pick(["day", "month"] as const);
  return { of, do: "quota", period, limitUsd: random.pick(["1.00", "20.00", "500.00"]) };
}

function amount(random: Random, atLeast = 1): Money {
  const micros = random.pick([
    random.integer(atLeast, atLeast + 2_000_000),
    random.integer(4_000_000, 9_000_000),
    random.integer(9_000_000, 190_000_000),
  ]);
  return money(random, Math.max(atLeast, micros));
}

// Roughly as much in whichever currency, and seldom a round sum of it.
const WORTH: Record<Currency, number> = { USD: 1, VND: 25_000, JPY: 150 };

function money(random: Random, usdMicros: number): Money {
  const currency = random.pick(CURRENCIES);
  const worth = usdMicros * WORTH[currency];
  return formatMoney(BigInt(worth + random.integer(0, WORTH[currency] - 1)), currency);
}

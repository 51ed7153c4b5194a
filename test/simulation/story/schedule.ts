import { randomFrom, type Random } from "../../e2e/crash/random.ts";

/** What happens to one of the two Organizations; numbers are resolved against what there is by then. */
export type Action = { of: 0 | 1 } & (
  | { do: "create"; kind: "notebook" | "container" | "volume"; region: 0 | 1 }
  | { do: "start" | "stop" | "replace" | "grow" | "delete"; which: number }
  | { do: "voucher"; amount: string; services: Services; lastsSeconds: number }
  | { do: "topUp"; amount: bigint }
  | { do: "plan"; amount: string; renews: boolean }
  | { do: "cancelPlan"; which: number }
  | { do: "quota"; limitUsd: string; period: "day" | "month" }
);
type Services = ("notebook" | "container")[] | null;

/** What strikes while a step is taken, at the n-th commit that goes by. */
export interface Fault {
  kind: "killReplica" | "stopDatabase" | "crashDatabase" | "answerLost" | "neverSent";
  atCommit: number;
}

export type Step = { fault: Fault | null } & (
  | { do: "act"; actions: Action[] }
  /** The operator moves the clock, and everything due happens step by step. */
  | { do: "advance"; seconds: number }
  /** Time jumps under everybody; what was missed is caught up with. */
  | { do: "jump"; seconds: number }
  /** Nothing runs for so long. */
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

/** A story, from its seed alone. */
export function scheduleOf(seed: number): Schedule {
  const random = randomFrom(seed);
  const beginsSecondsBefore = random.integer(HOUR / 2, 5 * HOUR);
  const replicas = random.pick([2, 2, 3] as const);
  const steps = opening();
  // In somewhat more than a third of the stories.
  const outageAt = random.integer(6, 36);
  while (steps.length < 18) {
    if (steps.length === outageAt)
      steps.push({ do: "outage", seconds: 3 * DAY + random.integer(0, DAY), fault: null });
    steps.push(nextStep(random));
  }
  return { seed, replicas, beginsSecondsBefore, steps };
}

/** Everybody has a little to spend, and spends it. */
function opening(): Step[] {
  const both = [0, 1] as const;
  const credit = {
    do: "voucher",
    amount: "3.141592",
    services: null,
    lastsSeconds: 2 * HOUR,
  } as const;
  const create = { do: "create", kind: "notebook" } as const;
  return [
    { do: "act", fault: null, actions: both.map((of) => ({ of, ...credit })) },
    { do: "act", fault: null, actions: both.map((of) => ({ of, ...create, region: of })) },
  ];
}

function nextStep(random: Random): Step {
  const fault = random.next() < 0.45 ? nextFault(random) : null;
  const kind = random.next();
  if (kind < 0.5) {
    const actions = Array.from({ length: random.integer(1, 4) }, () => nextAction(random));
    return { do: "act", actions, fault };
  }
  if (kind < 0.75) return { do: "advance", seconds: random.integer(1, 420), fault };
  const seconds = random.pick([
    random.integer(60, 900),
    random.integer(900, 3 * HOUR),
    random.integer(3 * HOUR, 14 * HOUR),
    random.integer(14 * HOUR, 2 * DAY),
  ]);
  return { do: "jump", seconds, fault };
}

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
  if (kind < 0.89) return { of, do: "topUp", amount: BigInt(random.integer(1, 40_000_000)) };
  if (kind < 0.95) return { of, do: "plan", amount: amount(random), renews: random.next() < 0.5 };
  if (kind < 0.97) return { of, do: "cancelPlan", which };
  const period = random.pick(["day", "month"] as const);
  return { of, do: "quota", period, limitUsd: random.pick(["1.00", "20.00", "500.00"]) };
}

function amount(random: Random): string {
  const micros = random.pick([
    random.integer(1, 2_000_000),
    random.integer(1_000_000, 9_000_000),
    random.integer(9_000_000, 90_000_000),
  ]);
  return (micros / 1_000_000).toFixed(6);
}

import {
  ACTIONS,
  SERVICES,
  type AccessSubject,
  type Action,
  type Cell,
  type EnabledServices,
  type NamedPolicy,
  type Service,
  type Statement,
} from "@aifactory/sdk/policy";
import type { Random } from "../../e2e/crash/random.ts";

const REGIONS = Array.from({ length: 16 }, (_, at) => `region-${at + 1}`);

/** Every cell that a question of these benchmarks can be about. */
export const CELLS: readonly Cell[] = REGIONS.flatMap((region) =>
  SERVICES.flatMap((service) => ACTIONS[service].map((action) => ({ action, region }))),
);

/** What the statements of one layer may name, so that thousands of them still leave cells out. */
interface Plan {
  readonly regions: readonly string[];
  readonly actions: Readonly<Record<Service, readonly Action[]>>;
}

/** A Member bound by so many Policies of so many statements, in turn boundaries and identity Policies. */
export function drawSubject(random: Random, policies: number, statements: number): AccessSubject {
  const plans = [drawPlan(random), drawPlan(random)] as const;
  const closed = new Set(CELLS.filter(() => random.next() < 0.2));
  const attached = Array.from({ length: policies }, (_, at): NamedPolicy => {
    const plan = plans[at % 2]!;
    return {
      name: `policy-${at}`,
      statements: Array.from({ length: statements }, () =>
        random.next() < 0.75 ? drawAllow(random, plan) : drawDeny(random, closed),
      ),
    };
  });
  return {
    role: "Member",
    services: drawServices(random),
    boundaries: attached.filter((_, at) => at % 2 === 0),
    identityPolicies: attached.filter((_, at) => at % 2 === 1),
    regions: REGIONS,
  };
}

function drawPlan(random: Random): Plan {
  return {
    regions: some(random, REGIONS, 13),
    actions: {
      notebook: some(random, ACTIONS.notebook, 7),
      container: some(random, ACTIONS.container, 8),
      inference: some(random, ACTIONS.inference, 4),
    },
  };
}

function drawServices(random: Random): EnabledServices {
  return {
    notebook: "*",
    container: some(random, REGIONS, 14),
    inference: some(random, REGIONS, 12),
  };
}

// Each Service keeps something closed: notebooks regions, containers actions, inference both.
function drawAllow(random: Random, plan: Plan): Statement {
  const service = random.pick(SERVICES);
  const listed = service === "notebook" ? ACTIONS.notebook : plan.actions[service];
  const within = service === "container" ? REGIONS : plan.regions;
  const allActions = service === "notebook" && random.next() < 0.5;
  const allRegions = service === "container" && random.next() < 0.3;
  return {
    effect: "Allow",
    service,
    regions: allRegions ? "*" : some(random, within, random.integer(1, 6)),
    actions: allActions ? "*" : some(random, listed, random.integer(1, 5)),
  };
}

/** Denies one closed cell, and with it others of its region or of its action. */
function drawDeny(random: Random, closed: ReadonlySet<Cell>): Statement {
  const { action, region } = random.pick([...closed]);
  const service = SERVICES.find((one) => (ACTIONS[one] as readonly Action[]).includes(action))!;
  const inRegion = [...closed].filter(
    (cell) => cell.region === region && cell.action.startsWith(`${service}:`),
  );
  const ofAction = [...closed].filter((cell) => cell.action === action);
  const size = random.integer(1, 4);
  return random.next() < 0.5
    ? {
        effect: "Deny",
        service,
        regions: [region],
        actions: some(random, inRegion, size).map((cell) => cell.action),
      }
    : {
        effect: "Deny",
        service,
        regions: some(random, ofAction, size).map((cell) => cell.region),
        actions: [action],
      };
}

/** So many of a list, each at most once, in no order. */
function some<T>(random: Random, list: readonly T[], size: number): T[] {
  const rest = [...list];
  const picked: T[] = [];
  while (picked.length < size && rest.length > 0)
    picked.push(...rest.splice(random.integer(0, rest.length - 1), 1));
  return picked;
}

import type { ResourceValidationPolicy } from "@pulumi/policy";
import { kindOf, readProps, resourcePolicy, UNKNOWN, type World } from "@aifactory/policy-kit";

/**
 * What ends the running of a kind by itself: the property, and the setting that bounds it. A property that the API gains,
 * as idle stop will be (RES-9), is one more row.
 */
const LIMITS = [{ kind: "GpuContainer", property: "maxRunningSeconds" }] as const;

type Configuration = Partial<Readonly<Record<(typeof LIMITS)[number]["property"], number>>>;

/** Refuses containers that would run longer than configured, or for ever (RES-7). Nothing is bounded unless configured. */
export function runningLimits(world: World): ResourceValidationPolicy {
  return resourcePolicy<Configuration>(
    {
      name: "running-limits",
      displayName: "Running limits",
      description: "What costs by the minute ends by itself.",
      severity: "medium",
      tags: ["aifactory", "cost"],
      remediationSteps: "Give the resource a maximum running time within the limit.",
      properties: {
        maxRunningSeconds: { type: "integer", minimum: 60, maximum: 31_622_400 },
      },
      judge({ type, props }, configuration) {
        const given = readProps(props);
        return LIMITS.filter(({ kind }) => kind === kindOf(type)).flatMap(({ property }) => {
          const most = configuration[property];
          const problem = most === undefined ? undefined : problemOf(given[property], most);
          if (problem === undefined) return [];
          return [{ message: `NO END – ${property} ${problem}; give one of at most ${most}.` }];
        });
      },
    },
    world,
  );
}

function problemOf(value: unknown, most: number): string | undefined {
  if (value === UNKNOWN) return "is not known yet, so it may be too long";
  if (typeof value !== "number") return "is missing, so it runs until somebody stops it";
  return value > most ? `is ${value}` : undefined;
}

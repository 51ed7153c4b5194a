import {
  ALL_ACTIONS,
  isAction,
  isService,
  nearestName,
  pointTo,
  problem,
  SERVICES,
  type PolicyProblem,
} from "@aifactory/sdk/policy";

/** Unknown Services and regions of hypothetical Services, with the nearest known names (POL-4). */
export function problemsOfServices(
  services: Readonly<Record<string, readonly string[] | "*">> = {},
  regions: readonly string[],
): PolicyProblem[] {
  return Object.entries(services).flatMap(([service, enabled]) => {
    const at = pointTo("/services", service);
    if (!isService(service)) {
      const suggestion = nearestName(service, SERVICES);
      return [problem(at, "unknown_service", `There is no Service "${service}".`, suggestion)];
    }
    if (enabled === "*") return [];
    return enabled.flatMap((region, index) => problemOfRegion(region, pointTo(at, index), regions));
  });
}

/** Unknown actions and regions of hypothetical requests, with the nearest known names (POL-4). */
export function problemsOfRequests(
  requests: readonly { action: string; region: string }[] = [],
  regions: readonly string[],
): PolicyProblem[] {
  return requests.flatMap(({ action, region }, index) => {
    const at = pointTo("/requests", index);
    return [
      ...problemOfAction(action, pointTo(at, "action")),
      ...problemOfRegion(region, pointTo(at, "region"), regions),
    ];
  });
}

function problemOfAction(action: string, pointer: string): PolicyProblem[] {
  if (isAction(action)) return [];
  const suggestion = nearestName(action, ALL_ACTIONS);
  return [problem(pointer, "unknown_action", `There is no action "${action}".`, suggestion)];
}

function problemOfRegion(
  region: string,
  pointer: string,
  regions: readonly string[],
): PolicyProblem[] {
  if (regions.includes(region)) return [];
  const suggestion = nearestName(region, regions);
  return [problem(pointer, "unknown_region", `There is no region "${region}".`, suggestion)];
}

import type { AccessSubject } from "./subject.ts";
import type { Action } from "./vocabulary.ts";
import { serviceOf, verbOf } from "./vocabulary.ts";

const WITHOUT_SERVICE: ReadonlySet<string> = new Set(["read", "stop", "delete", "delete-volume"]);

/** Whether an action needs its Service enabled: all but reading, stopping and deleting what still costs money (POL-3, ORG-4). */
export function needsService(action: Action): boolean {
  return !WITHOUT_SERVICE.has(verbOf(action));
}

/** Whether the Service of an action is enabled in a region, where the action needs that at all. Binds the Owner too (POL-3). */
export function serviceEnabled(
  services: AccessSubject["services"],
  action: Action,
  region: string,
): boolean {
  if (services === "*" || !needsService(action)) return true;
  const regions = services[serviceOf(action)];
  return regions === "*" || (regions?.includes(region) ?? false);
}

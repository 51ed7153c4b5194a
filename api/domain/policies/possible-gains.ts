import { compileAccess, diffAccess, type AccessSubject, type Cell } from "@aifactory/sdk/policy";
import type { AttachmentChange } from "./attachment-change.ts";

/** Stands for regions that the site adds later: only what is said of all regions applies there. */
export const LATER_REGIONS = "*";

/**
 * The cells that a change would give if every Service were enabled, in regions to come as well (POL-8): what it opens
 * there would else be gained unseen, the day they are.
 */
export function possibleGains({ before, after }: AttachmentChange): readonly Cell[] {
  return diffAccess(possible(before), possible(after)).gained;
}

function possible(subject: AccessSubject) {
  const regions = [...subject.regions, LATER_REGIONS];
  return compileAccess({ ...subject, services: "*", regions });
}

/** The first of some cells in words, and how many more there are. */
export function describeGains(gained: readonly { action: string; region: string }[]): string {
  const [first] = gained;
  const where = first!.region === LATER_REGIONS ? "regions to come" : first!.region;
  const more = gained.length > 1 ? ` and ${gained.length - 1} more` : "";
  return `${first!.action} in ${where}${more}`;
}

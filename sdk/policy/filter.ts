import type { Access } from "./access.ts";
import type { Ownership } from "./subject.ts";
import type { Action } from "./vocabulary.ts";

/** What checking one item asks. */
export interface Question extends Ownership {
  readonly action: Action;
  readonly region: string;
}

/** The items whose question is allowed, in their order: the same as checking them one by one. */
export function filterAllowed<Item>(
  access: Access,
  items: readonly Item[],
  questionOf: (item: Item) => Question,
): Item[] {
  return items.filter((item) => {
    const question = questionOf(item);
    return access.decide(question.action, question.region, question);
  });
}

/**
 * The regions in which an action is allowed, for a query to filter by: of the catalogue, or of `regions` where a
 * query can meet others, such as a region that the catalogue no longer has.
 */
export function allowedRegions(
  access: Access,
  action: Action,
  ownership: Ownership = {},
  regions: readonly string[] = access.subject.regions,
): string[] {
  return regions.filter((region) => access.decide(action, region, ownership));
}

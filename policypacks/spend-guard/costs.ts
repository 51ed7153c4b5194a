import type { PolicyResource } from "@pulumi/policy";
import { readProps, referenceOf, type Reference } from "@aifactory/policy-kit";
import { estimateCost, type CostItem, type Currency } from "@aifactory/sdk";
import { costItem } from "./cost-kinds.ts";
import type { Facts } from "./facts.ts";

/** A resource of the program, its Workspace, and what it is to cost. */
export interface Cost {
  readonly urn: string;
  readonly name: string;
  readonly place: Reference;
  readonly item: CostItem;
}

/** Everything in a program that costs money. */
export function readCosts(
  resources: readonly PolicyResource[],
  { templateDisks }: Pick<Facts, "templateDisks">,
): Cost[] {
  return resources.flatMap((resource) => {
    const { urn, name, type } = resource;
    const props = readProps(resource.props);
    const item = costItem(type, props, templateDisks);
    if (item === null) return [];
    return [{ urn, name, item, place: referenceOf(resource, props, "workspaceId", "Workspace") }];
  });
}

/** The sum of an hour, in micro-units, and what had to be assumed for it. @throws {RangeError} without prices. */
export function sumOf(
  costs: readonly Cost[],
  { prices }: Pick<Facts, "prices">,
  currency: Currency,
): { readonly perHour: bigint; readonly assumptions: readonly string[] } {
  let perHour = 0n;
  const assumptions: string[] = [];
  for (const { name, item } of costs) {
    const estimate = estimateCost(item, prices, currency);
    perHour += estimate.perHour;
    assumptions.push(...estimate.assumptions.map((each) => `${name}: ${each}`));
  }
  return { perHour, assumptions };
}

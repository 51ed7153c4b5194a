import type { Statement } from "@aifactory/sdk/policy";

/** The regions of the simulated site, and a flavor for a notebook in each. */
export const NOTEBOOK_FLAVORS: Readonly<Record<string, string>> = {
  hanoi: "h100-sxm5-1",
  tokyo: "h200-sxm5-1",
};
export const REGIONS: readonly string[] = Object.keys(NOTEBOOK_FLAVORS);

/** Everything is allowed, but for creating notebooks in other regions than `region`. */
export function notebooksOnlyIn(region: string): Statement[] {
  return [
    { effect: "Allow", service: "notebook", regions: "*", actions: "*" },
    { effect: "Allow", service: "container", regions: "*", actions: "*" },
    {
      effect: "Deny",
      service: "notebook",
      regions: REGIONS.filter((other) => other !== region),
      actions: ["notebook:create"],
    },
  ];
}

import { refuseProblems, unknownName } from "#domain/catalogue/check-choice.ts";
import type { InputProblem } from "#domain/errors.ts";

/** Refuses regions that the catalogue does not have, or that are named twice; says the nearest known name. */
export function checkRegions(regions: readonly string[], known: string[]): void {
  const problems = regions.flatMap((region, index): InputProblem[] => {
    const pointer = `/regions/${index}`;
    if (!known.includes(region)) return [{ ...unknownName("region", region, known), pointer }];
    if (regions.indexOf(region) === index) return [];
    return [{ pointer, code: "duplicate_region", message: `"${region}" is named twice` }];
  });
  refuseProblems(problems);
}

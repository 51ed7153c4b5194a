import { nearestName } from "@aifactory/sdk/policy";
import { InputError, type InputProblem } from "#domain/errors.ts";

/** Refuses regions that the catalogue does not have, or that are named twice; says the nearest known name. */
export function checkRegions(regions: readonly string[], known: readonly string[]): void {
  const problems = regions.flatMap((region, index): InputProblem[] => {
    const pointer = `/regions/${index}`;
    if (!known.includes(region)) return [unknownRegion(pointer, region, known)];
    if (regions.indexOf(region) === index) return [];
    const message = `the region "${region}" is named twice`;
    return [{ pointer, code: "duplicate_region", message }];
  });
  if (problems.length > 0) throw new InputError(problems);
}

function unknownRegion(pointer: string, region: string, known: readonly string[]): InputProblem {
  const suggestion = nearestName(region, known);
  const message = `there is no region ${JSON.stringify(region)}`;
  if (suggestion === undefined) return { pointer, code: "unknown_region", message };
  return {
    pointer,
    code: "unknown_region",
    message: `${message}; did you mean "${suggestion}"?`,
    suggestion,
  };
}

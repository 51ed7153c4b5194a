import { nearestName, type Service } from "@aifactory/sdk/policy";
import { InputError, type InputProblem } from "#domain/errors.ts";
import { flavorFits, type Catalogue } from "./catalogue.ts";

/** The region, or bad input that names the nearest one. */
export function knownRegion(catalogue: Catalogue, region: string): string {
  if (catalogue.region(region) !== undefined) return region;
  throw new InputError([unknownName("region", region, catalogue.regionIds)]);
}

/** What is wrong with a choice of flavor for a Service in a region (CAT-2); nothing when it fits. */
export function flavorProblems(
  catalogue: Catalogue,
  choice: { flavor: string; service: Service; region: string },
): InputProblem[] {
  const flavor = catalogue.flavor(choice.flavor);
  const fitting = catalogue.flavors
    .filter((it) => flavorFits(it, choice.service, choice.region))
    .map((it) => it.id);
  if (flavor === undefined) return [unknownName("flavor", choice.flavor, fitting)];
  if (!flavor.services.includes(choice.service)) {
    return [
      misfit(
        "flavor_not_for_service",
        `flavor "${flavor.id}" is not for the Service "${choice.service}"`,
        flavor.id,
        fitting,
      ),
    ];
  }
  if (!flavor.regions.includes(choice.region)) {
    return [
      misfit(
        "flavor_not_in_region",
        `flavor "${flavor.id}" is not in ${choice.region}, but in ${flavor.regions.join(", ")}`,
        flavor.id,
        fitting,
      ),
    ];
  }
  return [];
}

/** What is wrong with a notebook's image: it must be one of the catalogue (RES-1). */
export function notebookImageProblems(catalogue: Catalogue, image: string): InputProblem[] {
  const known = catalogue.images.filter((it) => it.service === "notebook").map((it) => it.id);
  return known.includes(image) ? [] : [unknownName("image", image, known)];
}

/** Refuses bad input, every problem at once. */
export function refuseProblems(problems: InputProblem[]): void {
  if (problems.length > 0) throw new InputError(problems);
}

/** Something that the catalogue does not have, with the nearest name that it has. */
export function unknownName(field: string, name: string, known: string[]): InputProblem {
  return misfit(`unknown_${field}`, `there is no ${field} "${name}"`, name, known, field);
}

function misfit(
  code: string,
  message: string,
  name: string,
  known: string[],
  field = "flavor",
): InputProblem {
  const suggestion = nearestName(name, known);
  const pointer = `/${field}`;
  if (suggestion === undefined) return { pointer, code, message };
  return { pointer, code, message: `${message}; did you mean "${suggestion}"?`, suggestion };
}

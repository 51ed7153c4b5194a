import { nearestName } from "./nearest-name.ts";
import type { PolicyProblem } from "./problem.ts";
import { pointTo, problem } from "./problem.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whether an input is a JSON object. */
export function isObject(input: unknown): input is Fields {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

/** The fields that an object lacks, and those that it should not have. */
export function validateFields(
  input: Fields,
  pointer: string,
  required: readonly string[],
  optional: readonly string[] = [],
): PolicyProblem[] {
  const known = [...required, ...optional];
  const absent = known.filter((field) => input[field] === undefined);
  const missing = required
    .filter((field) => input[field] === undefined)
    .map((field) => problem(pointTo(pointer, field), "missing_field", `"${field}" is required.`));
  const unknown = Object.keys(input)
    .filter((field) => !known.includes(field))
    .map((field) =>
      problem(
        pointTo(pointer, field),
        "unknown_field",
        `There is no field ${quote(field)} here.`,
        nearestName(field, absent, field.length / 2),
      ),
    );
  return [...missing, ...unknown];
}

/** What somebody wrote, as a message repeats it: as JSON, and no more than 80 characters of it. */
export function quote(input: unknown): string {
  const text = JSON.stringify(input) ?? String(input);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

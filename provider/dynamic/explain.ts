import { AiFactoryError } from "@aifactory/sdk";

/** What a refusal of the API says, with the inputs that it is about by their own names. */
export function explain(error: unknown): string {
  if (!(error instanceof AiFactoryError))
    return error instanceof Error ? error.message : String(error);
  const places = error.errors.map(
    ({ pointer, message }) => `\n  ${pointer.replace(/^\//, "").replaceAll("/", ".")}: ${message}`,
  );
  return error.message + places.join("");
}

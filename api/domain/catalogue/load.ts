import { readFileSync } from "node:fs";
import { Catalogue } from "./catalogue.ts";
import { siteFile } from "./schema.ts";

const DEFAULT = new URL("./default-site.json", import.meta.url);

/** Reads the operator's file, or the shipped default; throws a message that names file, field and what is wrong. */
export function loadCatalogue(path: string | null): Catalogue {
  const file = path ?? DEFAULT;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`The site file ${String(file)} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const result = siteFile.safeParse(content);
  if (result.success) return new Catalogue(result.data);
  const problems = result.error.issues.map(
    (issue) => `  /${issue.path.join("/")}: ${issue.message}`,
  );
  throw new Error(`The site file ${String(file)} is not valid:\n${problems.join("\n")}`);
}

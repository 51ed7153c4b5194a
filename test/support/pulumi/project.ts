import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Project {
  readonly name: string;
  readonly directory: string;
  /** Entry point given to the SDK's runner; `.` leaves the choice to package.json. */
  readonly main: string;
  /** Defaults declared under `config`, by `namespace:name`. */
  readonly defaults: Readonly<Record<string, string>>;
}

interface ProjectFile {
  readonly name: string;
  readonly main?: string;
  readonly runtime:
    | string
    | { readonly name: string; readonly options?: { readonly typescript?: boolean } };
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Reads `Pulumi.yaml`.
 * @throws unless it is a Node.js program that leaves TypeScript to Node's type stripping.
 */
export function readProject(directory: string): Project {
  const file = parse(readFileSync(join(directory, "Pulumi.yaml"), "utf8")) as ProjectFile;
  if (
    typeof file.runtime === "string" ||
    file.runtime.name !== "nodejs" ||
    file.runtime.options?.typescript !== false
  ) {
    throw new Error(
      `${directory}/Pulumi.yaml must say runtime: { name: nodejs, options: { typescript: false } }`,
    );
  }
  const defaults: Record<string, string> = {};
  for (const [key, declared] of Object.entries(file.config ?? {})) {
    const value = defaultOf(declared);
    if (value !== undefined) defaults[key.includes(":") ? key : `${file.name}:${key}`] = value;
  }
  return { name: file.name, directory, main: file.main ?? ".", defaults };
}

function defaultOf(declared: unknown): string | undefined {
  if (typeof declared !== "object" || declared === null) return String(declared);
  const { default: byType, value } = declared as { default?: unknown; value?: unknown };
  const given = value ?? byType;
  if (given === undefined) return undefined;
  return typeof given === "object" ? JSON.stringify(given) : String(given);
}

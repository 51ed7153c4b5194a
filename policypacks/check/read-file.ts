import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import type { Finding, Position } from "./finding.ts";
import { parseJson } from "./parse-json.ts";
import { parseYaml, type Parsed } from "./parse-yaml.ts";
import { UsageError } from "./usage-error.ts";

/** One Policy as somebody wrote it; nothing is known yet about its shape. */
export interface Entry {
  readonly file: string;
  readonly value: unknown;
  /** Where a JSON pointer into the value leads to, or the nearest place around it. */
  locate(pointer: string): Position;
}

/** Why a text is no document, and where. */
export interface SyntaxProblem extends Position {
  readonly message: string;
}

const PARSERS: Readonly<Record<string, (text: string) => Parsed | SyntaxProblem>> = {
  ".json": parseJson,
  ".yaml": parseYaml,
  ".yml": parseYaml,
};

/** Reads a file of one Policy or a list of them. @throws UsageError where there is no such file */
export async function readPolicyFile(
  file: string,
  directory: string,
): Promise<{ entries: Entry[]; findings: Finding[] }> {
  const parse = PARSERS[extname(file)];
  if (parse === undefined)
    throw new UsageError(`${file}: a Policy file ends in .json, .yaml or .yml.`);
  const parsed = parse(await read(file, directory));
  if ("message" in parsed) return { entries: [], findings: [problem(file, "syntax", parsed)] };
  const { value, locate } = parsed;
  if (!Array.isArray(value)) return { entries: [{ file, value, locate }], findings: [] };
  const entries = value.map((one: unknown, index) => ({
    file,
    value: one,
    locate: (pointer: string) => locate(`/${index}${pointer}`),
  }));
  const empty = { ...locate(""), message: "The list holds no Policy." };
  return { entries, findings: entries.length > 0 ? [] : [problem(file, "no_policy", empty)] };
}

async function read(file: string, directory: string): Promise<string> {
  try {
    return await readFile(resolve(directory, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UsageError(`${file}: ${reason}.`);
  }
}

function problem(file: string, rule: "syntax" | "no_policy", found: SyntaxProblem): Finding {
  return { ...found, rule, level: "error", file, policy: null, statement: null };
}

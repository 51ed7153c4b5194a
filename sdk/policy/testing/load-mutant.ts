import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { compileAccess } from "../compile.ts";
import type { Mutant } from "./mutants.ts";

type Compile = typeof compileAccess;

const SOURCES = join(import.meta.dirname, "..");

/** Copies the evaluator's sources to a folder of their own with some text replaced, and loads the copy. No edits: a plain copy. */
export async function loadMutant({
  file,
  edits,
}: Pick<Mutant, "file" | "edits">): Promise<Compile> {
  const folder = mkdtempSync(join(tmpdir(), "policy-mutant-"));
  try {
    for (const name of readdirSync(SOURCES)) {
      if (!name.endsWith(".ts") || name.endsWith(".test.ts")) continue;
      const source = readFileSync(join(SOURCES, name), "utf8");
      writeFileSync(join(folder, name), name === file ? edits.reduce(replaceOnce, source) : source);
    }
    const copy = (await import(pathToFileURL(join(folder, "compile.ts")).href)) as {
      compileAccess: Compile;
    };
    return copy.compileAccess;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replaceOnce(source: string, [find, replace]: readonly [string, string]): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`expected once, found ${parts.length - 1} times: ${find}`);
  return parts.join(replace);
}

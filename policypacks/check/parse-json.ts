import type { Position } from "./finding.ts";
import { parseYaml, type Parsed } from "./parse-yaml.ts";
import type { SyntaxProblem } from "./read-file.ts";

/** Parses JSON as strictly as every other program will, keeping positions. */
export function parseJson(text: string): Parsed | SyntaxProblem {
  const said = failureOf(text);
  return said === null ? parseYaml(text) : explain(said, text);
}

function failureOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return (error as SyntaxError).message;
  }
}

const PLACE = /(?: in JSON)? at position (\d+)(?: \(line \d+ column \d+\))?$/;
const UNEXPECTED = "Unexpected token";

function explain(said: string, text: string): SyntaxProblem {
  const place = PLACE.exec(said);
  if (place !== null)
    return { ...positionOf(text, Number(place[1])), message: `${said.slice(0, place.index)}.` };
  if (!said.startsWith(UNEXPECTED))
    return { ...positionOf(text, text.length), message: "The JSON ends too early." };
  const offset = unexpectedAt(text);
  const token = JSON.stringify(String.fromCodePoint(text.codePointAt(offset)!));
  return { ...positionOf(text, offset), message: `Unexpected ${token}.` };
}

/** Of an unexpected token the engine does not tell the place: it is where the shortest text ends that has it already. */
function unexpectedAt(text: string): number {
  let without = 0;
  let having = text.length;
  while (having - without > 1) {
    const middle = (without + having) >> 1;
    if (failureOf(text.slice(0, middle))?.startsWith(UNEXPECTED)) having = middle;
    else without = middle;
  }
  return without;
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  visit,
} from "yaml";
import type { Position } from "./finding.ts";
import type { SyntaxProblem } from "./read-file.ts";

/** A document, and where each part of it lies. */
export interface Parsed {
  readonly value: unknown;
  locate(pointer: string): Position;
}

/** Parses YAML, and JSON as a part of it, keeping positions. */
export function parseYaml(text: string): Parsed | SyntaxProblem {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [error] = document.errors;
  if (error !== undefined) return { ...at(error.pos[0]), message: explain(error) };
  try {
    return {
      value: document.toJS() as unknown,
      locate: (pointer) => at(offsetOf(document.contents, pointer)),
    };
  } catch (cause) {
    // Aliases are resolved only now.
    return { ...at(unresolvedAt(document)), message: explain(cause as Error) };
  }
}

function unresolvedAt(document: Document.Parsed): number {
  let offset = 0;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}

function explain({ message }: Error): string {
  if (/multiple documents/i.test(message)) return "A file holds one document; write a list.";
  const hint = message.startsWith("Alias cannot be an empty")
    ? ' In YAML, "*" is written with quotes.'
    : "";
  return `${message.replace(/\.?$/, ".")}${hint}`;
}

/** The offset of what a pointer names: an item of a list, or the key of a field. */
function offsetOf(root: Node | null, pointer: string): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of pointer.split("/").slice(1)) {
    const found = stepInto(node, step.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (found === undefined) break;
    node = found.value;
    offset = found.offset ?? offset;
  }
  return offset;
}

function stepInto(
  node: unknown,
  step: string,
): { value: unknown; offset: number | undefined } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)] as Node | undefined;
    return value && { value, offset: value.range?.[0] };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === step);
  return pair && { value: pair.value, offset: (pair.key as Node).range?.[0] };
}

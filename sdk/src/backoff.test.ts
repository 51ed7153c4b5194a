import { expect, test } from "vitest";
import { backoffMs, retryAfterMs } from "./backoff.ts";

test("the pause is anything up to a bound that doubles, and is capped at 8 s", () => {
  const longest = [0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, null, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  expect(backoffMs(3, null, () => 0)).toBe(0);
  expect(backoffMs(3, null, () => 0.5)).toBe(2000);
});

test("the pause is never less than the server asked for", () => {
  expect(backoffMs(0, 3000, () => 0)).toBe(3000);
  expect(backoffMs(5, 3000, () => 1)).toBe(3500);
});

test.each([
  ["none", {}, null],
  ["seconds", { "retry-after": "12" }, 12_000],
  ["zero", { "retry-after": "0" }, 0],
  [
    "a date, by the server's clock",
    { "retry-after": "Sat, 21 Nov 2026 04:42:30 GMT", date: "Sat, 21 Nov 2026 04:42:00 GMT" },
    30_000,
  ],
  [
    "a date that has passed",
    { "retry-after": "Sat, 21 Nov 2026 04:41:00 GMT", date: "Sat, 21 Nov 2026 04:42:00 GMT" },
    0,
  ],
  [
    "a date without the server's clock, which has passed",
    { "retry-after": "Fri, 21 Nov 2014 04:42:00 GMT" },
    0,
  ],
  ["nonsense", { "retry-after": "soon" }, null],
  ["a negative number", { "retry-after": "-5" }, null],
])("Retry-After: %s", (_, headers, expected) => {
  expect(retryAfterMs(new Headers(headers as Record<string, string>))).toBe(expected);
});

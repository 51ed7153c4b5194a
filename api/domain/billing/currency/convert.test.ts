import { expect, test } from "vitest";
import { convert, fixedRates } from "./convert.ts";

const rates = fixedRates({ USD: 1_000_000n, VND: 25_400_000_000n, JPY: 155_250_000n });
const now = new Date(0);

test("WAL-4 conversion is exact and rounds down", () => {
  expect(rates("USD", "VND", now)).toBe("25400.000000000000");
  expect(convert(1n, "25400")).toBe(25_400n);
  expect(convert(10_000_000n, rates("USD", "JPY", now))).toBe(1_552_500_000n);
  expect(convert(25_399n, rates("VND", "USD", now))).toBe(0n);
  expect(convert(999_999n, "0.5")).toBe(499_999n);
  expect(convert(-3n, "0.5")).toBe(-2n);
  expect(convert(-4n, "0.5")).toBe(-2n);
});

test.each(["", "0", "0.00", "-1", "1e3", "1,5", "NaN", "1."])("WAL-4 %j is not a rate", (rate) => {
  expect(() => convert(1n, rate)).toThrow(RangeError);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { fromMinorUnits, toMinorUnits } from "./minor-units.ts";
import { CURRENCIES, parseAmount, type Currency } from "./money.ts";

test.each([
  ["25.00", "USD", 2500n],
  ["0.01", "USD", 1n],
  ["500000", "VND", 500_000n],
  ["3000", "JPY", 3000n],
  ["999999999999", "VND", 999_999_999_999n],
] as const)(
  "WAL-5 %s %s is %d for a gateway, neither a hundred times it nor a hundredth",
  (amount, currency, minor) => {
    expect(toMinorUnits(parseAmount(amount), currency)).toBe(minor);
    expect(fromMinorUnits(minor, currency)).toBe(parseAmount(amount));
  },
);

test.each<[string, Currency]>([
  ["0.001", "USD"],
  ["0.5", "VND"],
  ["2999.99", "JPY"],
])("WAL-5 %s %s is no amount that a gateway can take", (amount, currency) => {
  expect(() => toMinorUnits(parseAmount(amount), currency)).toThrow(RangeError);
});

test("WAL-5 there and back is the same in every currency", () => {
  const minor = fc.bigInt({ min: 0n, max: 10n ** 14n });
  fc.assert(
    fc.property(minor, fc.constantFrom(...CURRENCIES), (amount, currency) => {
      expect(toMinorUnits(fromMinorUnits(amount, currency), currency)).toBe(amount);
    }),
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { formatAmount, formatMoney, parseAmount, parseMoney } from "./money.ts";

test("WAL-5 every amount of micro-units survives the decimal string", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), (micros) => {
      expect(parseAmount(formatAmount(micros))).toBe(micros);
    }),
  );
});

test("WAL-5 an amount has two to six decimals and is never rounded", () => {
  expect(formatMoney(12_345_678n, "USD")).toEqual({ amount: "12.345678", currency: "USD" });
  expect(formatMoney(500_000_000_000n, "VND")).toEqual({ amount: "500000.00", currency: "VND" });
  expect(formatAmount(-100_000n)).toBe("-0.10");
  expect(formatAmount(1n)).toBe("0.000001");
  expect(formatAmount(0n)).toBe("0.00");
});

test("WAL-5 an amount in JPY or VND is not multiplied by hundred on its way", () => {
  expect(parseMoney({ amount: "3000", currency: "JPY" })).toBe(3_000_000_000n);
  expect(formatMoney(3_000_000_000n, "JPY").amount).toBe("3000.00");
});

test.each(["", "1.", ".5", "1.1234567", "1e3", "+1", "1,5", " 1", "0x10", "1234567890123", "NaN"])(
  "WAL-5 %j is not an amount",
  (text) => {
    expect(() => parseAmount(text)).toThrow(RangeError);
  },
);

import fc from "fast-check";
import { expect, it } from "vitest";
import * as own from "../../api/domain/billing/units/money.ts";
import { formatAmount, parseAmount } from "./money.ts";

it("WAL-5 reads and writes amounts as the API does, exactly", () => {
  const most = 10n ** 18n;
  fc.assert(
    fc.property(fc.bigInt({ min: -most + 1n, max: most - 1n }), (micros) => {
      const written = formatAmount(micros);
      expect(written).toBe(own.formatAmount(micros));
      expect(parseAmount(written)).toBe(micros);
    }),
  );
  expect(parseAmount("12.5")).toBe(12_500_000n);
  expect(formatAmount(-1n)).toBe("-0.000001");
  for (const bad of ["1.0000001", "1e3", "+1", "", " 1", "1.", ".5"])
    expect(() => parseAmount(bad)).toThrow(RangeError);
});

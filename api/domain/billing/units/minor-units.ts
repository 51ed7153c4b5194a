import { MICROS, type Currency } from "./money.ts";

/** Minor units in one unit of the currency: VND and JPY have none of their own (WAL-5). */
const MINOR_UNITS: Record<Currency, bigint> = { VND: 1n, USD: 100n, JPY: 1n };

/** Micro-units of an amount as payment gateways count it: cents of USD, whole VND and JPY. */
export function fromMinorUnits(minor: bigint, currency: Currency): bigint {
  return minor * (MICROS / MINOR_UNITS[currency]);
}

/** The amount as payment gateways count it. Throws a `RangeError` rather than charge a part of a minor unit. */
export function toMinorUnits(micros: bigint, currency: Currency): bigint {
  const size = MICROS / MINOR_UNITS[currency];
  if (micros % size !== 0n)
    throw new RangeError(`${micros} millionths of ${currency} are no whole number of minor units`);
  return micros / size;
}

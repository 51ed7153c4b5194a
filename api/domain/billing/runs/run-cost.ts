/** F of BIL-2: micro-units that the first `minutes` minutes of a run cost at this price per hour. */
export function runCost(pricePerHour: bigint, minutes: number): bigint {
  return (pricePerHour * BigInt(minutes)) / 60n;
}

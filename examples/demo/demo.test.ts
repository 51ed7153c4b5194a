import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
const INTERVAL = /interval (\S+) (.+) at (\S+) USD\/h from (\S+) to (\S+)/g;

/** Micro-units for n minutes: F(n) = floor(pricePerHour · n / 60) (BIL-2). */
function cost(pricePerHour: string, minutes: bigint): bigint {
  const [whole, fraction = ""] = pricePerHour.split(".");
  return (BigInt(whole! + fraction.padEnd(6, "0")) * minutes) / 60n;
}

/** Every UTC minute that the interval touches, each once (BIL-1). */
function minutesTouched(from: string, to: string): bigint {
  return BigInt(Math.ceil(Date.parse(to) / 60_000) - Math.floor(Date.parse(from) / 60_000));
}

describe("npm run demo", () => {
  let story = "";

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN], { timeout: 240_000 });
    story = stdout;
  }, 300_000);

  it("tells each status that the resources reached", () => {
    for (const status of ["CREATING", "PROCESSING", "RUNNING"]) expect(story).toContain(status);
    expect(story).toContain("The Organization is empty again");
  });

  it("shows the refusals as a Member sees them", () => {
    expect(story).toContain("a notebook in tokyo: 403 policy_denied");
    expect(story).toContain("DENIED notebook:create in tokyo");
    expect(story).toContain("reading the Wallet: 403 forbidden");
  });

  it("is plain text where nobody watches", () => {
    expect(story).not.toContain("\u001B");
    expect(story).not.toContain("\r");
  });

  it("BIL-1 BIL-2 the charges follow from the printed intervals to the millionth", () => {
    const intervals = [...story.matchAll(INTERVAL)];
    expect(intervals).toHaveLength(4);
    const expected = intervals.map(([, , , price, from, to]) =>
      cost(price!, minutesTouched(from!, to!)),
    );
    const charged = [...story.matchAll(/charged \S+ .+ = (\d+\.\d{6}) USD/g)].map(([, amount]) =>
      BigInt(amount!.replace(".", "")),
    );
    expect(charged.toSorted(compare)).toEqual(expected.toSorted(compare));
    const total = /total charged (\d+\.\d{6}) USD/.exec(story)![1]!;
    expect(BigInt(total.replace(".", ""))).toBe(expected.reduce((sum, part) => sum + part, 0n));
    // An hour was asked for, and a part of a minute on either side of it.
    expect(expected.every((amount) => amount > 0n)).toBe(true);
  });
});

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

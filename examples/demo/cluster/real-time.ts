import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@aifactory/sdk";
import { line, progress } from "../print.ts";
import type { Time } from "../story.ts";

const MINUTES = 2;
const CHARGED_WITHIN_SECONDS = 90;

/** Time as it is: two minutes of it take two minutes. */
export function realTime(owner: Client, organizationId: string): Time {
  const wallet = () => owner.getWallet({ path: { organizationId } });
  return {
    span: "Two real minutes pass",
    async pass() {
      const from = Date.now();
      for (let minute = 0; minute <= MINUTES; minute++) {
        await untilTime(from + minute * 60_000);
        const { total, burnPerHour } = await wallet();
        const at = new Date().toISOString();
        line(`${at}: the Wallet holds ${total.amount} USD; it burns ${burnPerHour.amount} an hour`);
      }
    },
    async untilCharged() {
      const ended = Date.now();
      for (let second = 0; second < CHARGED_WITHIN_SECONDS; second++) {
        if (Date.parse((await wallet()).chargedUntil) > ended) return;
        progress("until the minute is over, and charged");
        await sleep(1000);
      }
      throw new Error(`the minute was not charged within ${CHARGED_WITHIN_SECONDS} s`);
    },
  };
}

async function untilTime(moment: number): Promise<void> {
  for (let left = moment - Date.now(); left > 0; left = moment - Date.now()) {
    progress(`${Math.ceil(left / 1000)} s`);
    await sleep(Math.min(left, 1000));
  }
}

import type { Client } from "@aifactory/sdk";
import { line } from "../print.ts";
import type { Time } from "../story.ts";

/** Time that the operator moves: an hour of it passes at once. */
export function movableTime(operator: Client, owner: Client, organizationId: string): Time {
  const advance = async (seconds: number) => {
    const { now } = await operator.advanceClock({ body: { seconds } });
    return now;
  };
  return {
    span: "An hour passes",
    async pass() {
      const { now } = await operator.getClock();
      const secondsToMinute = 60 - Math.floor((Date.parse(now) / 1000) % 60);
      line(`From a minute's start, ${await advance(secondsToMinute)} …`);
      line(`… to ${await advance(3600)}`);
      const { total, burnPerHour } = await owner.getWallet({ path: { organizationId } });
      line(
        `The Wallet holds ${total.amount} ${total.currency}; it burns ${burnPerHour.amount} an hour`,
      );
    },
    untilCharged: async () => void (await advance(61)),
  };
}

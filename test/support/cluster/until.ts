import { setTimeout as sleep } from "node:timers/promises";

const LIMIT_MS = 20_000;

/** Asks until the answer is as wanted, and hands it over; throws with the last one after 20 s. */
export async function until<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + LIMIT_MS; ; await sleep(50)) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(answer)}`);
  }
}

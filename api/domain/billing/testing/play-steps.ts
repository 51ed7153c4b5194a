import type { Database } from "#db/database.ts";
import type { Currency } from "#domain/billing/units/money.ts";
import type { Step } from "./history.ts";
import { Player } from "./play.ts";
import { createOrganization, setCursor, tickAt } from "./world.ts";

/** Where a history is played, and what is looked at after each event and tick. */
export interface Stage {
  database: Database;
  /** No other history may be on it. */
  shard: number;
  now: Date;
  currencies: readonly Currency[];
  afterStep?: () => Promise<void>;
}

const END: Step[] = [{ do: "tick" }, { do: "wait", ms: 60_000 }, { do: "tick" }];

/** Plays a history in fresh Organizations of one shard, to its last tick; answers their ids. */
export async function playSteps(stage: Stage, steps: Step[]): Promise<string[]> {
  const { database, shard, now, currencies } = stage;
  await setCursor(database, shard, now);
  const players: Player[] = [];
  for (const currency of currencies) {
    const organization = await createOrganization(database, {
      now,
      shard,
      currency,
      workspaces: 2,
    });
    players.push(new Player(database, organization, now));
  }
  for (const step of [...steps, ...END]) {
    if (step.do === "wait") for (const player of players) player.now += step.ms;
    else {
      await play(stage, players, step);
      await stage.afterStep?.();
    }
  }
  return players.map(({ organization }) => organization.organizationId);
}

async function play({ database, shard }: Stage, players: Player[], step: Step): Promise<void> {
  let ticked = step.do === "tick";
  if (step.do === "tick") await tickAt(database, shard, new Date(players[0]!.now));
  if (step.do === "event") {
    const player = players[step.of % players.length]!;
    // Fixing a currency charges the whole shard up to the minute.
    ticked = player.fixesCurrency(step.event);
    await player.play(step.event);
  }
  if (!ticked) return;
  for (const player of players) {
    await player.learnIds();
    player.model.tick(player.now);
  }
}

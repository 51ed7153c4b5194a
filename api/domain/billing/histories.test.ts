import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { CURRENCIES, type Currency } from "#domain/billing/units/money.ts";
import { booksOfDatabase, booksOfModel } from "./testing/books.ts";
import { history, type Event, type Step } from "./testing/history.ts";
import { Player } from "./testing/play.ts";
import { createOrganization, setCursor, setRates, tickAt } from "./testing/world.ts";

const HISTORIES = Number(process.env["BILLING_HISTORIES"] ?? 40);
const START = new Date("2026-03-30T21:40:17.250Z");

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await createTestDatabase();
  await setRates(postgres.database);
});
afterAll(() => postgres.drop());

let shards = 0;

/** Plays a history in two fresh Organizations of one shard, and compares their books with the model's at every tick. */
async function compare(steps: Step[], currency: Currency): Promise<void> {
  const { database } = postgres;
  const shard = shards++ % 64;
  await setCursor(database, shard, START);
  const create = async (of: Currency) => {
    const organization = await createOrganization(database, {
      now: START,
      shard,
      currency: of,
      workspaces: 2,
    });
    return new Player(database, organization, START);
  };
  const players = [await create(currency), await create("USD")] as const;
  for (const step of [...steps, ...END]) {
    if (step.do === "event") await play(players, players[step.of], step.event);
    if (step.do === "wait") for (const player of players) player.now += step.ms;
    if (step.do === "tick") await tickAndCompare(shard, players);
  }
  for (const player of players) await retire(player.organization.organizationId);
}

/** Fixing a currency charges the whole shard up to the minute. */
async function play(players: readonly Player[], player: Player, event: Event): Promise<void> {
  const ticks = player.fixesCurrency(event);
  await player.play(event);
  if (!ticks) return;
  for (const each of players) {
    await each.learnIds();
    each.model.tick(each.now);
  }
}

// What was reported last is charged by the tick after the next minute.
const END: Step[] = [{ do: "tick" }, { do: "wait", ms: 60_000 }, { do: "tick" }];

async function tickAndCompare(shard: number, players: readonly Player[]): Promise<void> {
  const now = new Date(players[0]!.now);
  await tickAt(postgres.database, shard, now);
  for (const player of players) {
    await player.learnIds();
    player.model.tick(player.now);
    const books = await booksOfDatabase(postgres.database, player.organization.organizationId, now);
    expect(books).toEqual(booksOfModel(player.model));
  }
}

/** Leaves nothing that a later history on the same shard would charge. */
async function retire(organizationId: string): Promise<void> {
  await postgres.database.pool.query(
    "update usage_runs set tick_until = tick_from where organization_id = $1",
    [organizationId],
  );
  await postgres.database.pool.query(
    "update plans set next_starts_at = null where organization_id = $1",
    [organizationId],
  );
  await postgres.database.pool.query(
    "update credits set lapsed_at = granted_at where organization_id = $1",
    [organizationId],
  );
}

test(`BIL-2 WAL-2 QUO-3 ${HISTORIES} histories: the books agree with the walk minute by minute`, async () => {
  await fc.assert(fc.asyncProperty(history, fc.constantFrom(...CURRENCIES), compare), {
    numRuns: HISTORIES,
    endOnFailure: false,
  });
}, 3_600_000);

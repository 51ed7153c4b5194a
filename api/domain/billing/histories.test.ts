import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { booksOfDatabase, booksOfModel } from "./testing/books.ts";
import { history, type Step } from "./testing/history.ts";
import { Player } from "./testing/play.ts";
import { createOrganization, setCursor } from "./testing/world.ts";

const HISTORIES = Number(process.env["BILLING_HISTORIES"] ?? 40);
const START = new Date("2026-03-30T21:40:17.250Z");

let postgres: TestDatabase;
beforeAll(async () => {
  postgres = await createTestDatabase();
});
afterAll(() => postgres.drop());

let shards = 0;

/** Plays a history in a fresh Organization and compares the books with the model's after every tick. */
async function compare(steps: Step[], currency: "USD" | "VND" | "JPY"): Promise<void> {
  const { database } = postgres;
  const shard = shards++ % 64;
  await setCursor(database, shard, START);
  const organization = await createOrganization(database, {
    now: START,
    shard,
    currency,
    workspaces: 2,
  });
  const player = new Player(database, organization, START);
  for (const step of [
    ...steps,
    { do: "tick" } as const,
    { do: "wait", ms: 60_000 } as const,
    { do: "tick" } as const,
  ]) {
    await player.play(step);
    if (step.do !== "tick") continue;
    const books = await booksOfDatabase(
      database,
      organization.organizationId,
      new Date(player.now),
    );
    expect(books).toEqual(booksOfModel(player.model));
  }
  await retire(organization.organizationId);
}

/** Leaves nothing that a later history on the same shard would charge. */
async function retire(organizationId: string): Promise<void> {
  await postgres.database.pool.query(
    "update usage_runs set tick_until = tick_from where organization_id = $1",
    [organizationId],
  );
  await postgres.database.pool.query(
    "update credits set lapsed_at = granted_at where organization_id = $1",
    [organizationId],
  );
}

test(`BIL-2 WAL-2 QUO-3 ${HISTORIES} histories: the books agree with the walk minute by minute`, async () => {
  await fc.assert(
    fc.asyncProperty(
      history,
      fc.constantFrom("USD" as const, "VND" as const, "JPY" as const),
      compare,
    ),
    { numRuns: HISTORIES, endOnFailure: false },
  );
}, 3_600_000);

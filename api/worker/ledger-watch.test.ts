import { expect, test, vi } from "vitest";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";
import type { Difference } from "#domain/billing/verify/verify-shard.ts";
import { watchLedger } from "./ledger-watch.ts";

const postgres = testDatabase();

test("WAL-6 books that differ are told once, counted while they differ, and left in the audit log", async () => {
  const { database } = postgres;
  const scene = await Scene.begin(database, "2026-05-04T10:00:00Z");
  await scene.grant("2026-05-04T10:00:00Z", 5_000_000n, { kind: "topUp" });
  await database.pool.query("update wallets set top_up = top_up + 1");
  const told: Difference[] = [];
  const counts: number[] = [];
  const errors: unknown[] = [];
  const watch = watchLedger({
    database,
    pauseMs: 0,
    onDifference: (difference) => told.push(difference),
    onVerified: (differing) => counts.push(differing),
    onError: (error) => errors.push(error),
  });
  await vi.waitFor(() => expect(counts.length).toBeGreaterThan(130), 60_000);
  expect(counts.at(-1)).toBe(1);
  await database.pool.query("update wallets set top_up = top_up - 1");
  await vi.waitFor(() => expect(counts.at(-1)).toBe(0), 60_000);
  await watch.stop();
  const { organizationId } = scene.organization;
  expect(told).toEqual([
    { check: "Wallet", organizationId, place: "top-up", expected: "5000000", found: "5000001" },
  ]);
  const { rows } = await database.pool.query(
    "select actor, outcome, details->>'place' as place from audit_events where action = 'verifyLedger'",
  );
  expect(rows).toMatchObject([{ actor: { kind: "system" }, outcome: "FAILED", place: "top-up" }]);
  expect(errors).toEqual([]);
}, 120_000);

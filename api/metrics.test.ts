import { expect, test } from "vitest";
import { testDatabase } from "#domain/billing/testing/fixture.ts";
import { createMetrics, serveMetrics } from "./metrics.ts";

const postgres = testDatabase();

test("WAL-6 BIL-3 metrics tell differences of the books, ticks, and how far billing is behind", async () => {
  const metrics = createMetrics(postgres.database, []);
  metrics.ticked(3);
  metrics.verified(2);
  await postgres.database.pool.query(
    "update shard_cursors set cursor_minute = floor(extract(epoch from site_now()) / 60) - 5 where shard = 7",
  );
  const server = await serveMetrics(metrics, { port: 0, host: "127.0.0.1" });
  try {
    const text = await (await fetch(server.url)).text();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    expect(value("aifactory_billing_ticks_total")).toBe(3);
    expect(value("aifactory_ledger_differences")).toBe(2);
    expect(Date.now() / 1000 - value("aifactory_ledger_verified_timestamp_seconds")).toBeLessThan(
      60,
    );
    expect(value("aifactory_billing_cursor_lag_seconds")).toBeGreaterThanOrEqual(300);
    expect((await fetch(server.url.replace("/metrics", "/"))).status).toBe(404);
  } finally {
    await server.close();
  }
});

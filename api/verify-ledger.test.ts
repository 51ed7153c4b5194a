import { execFile } from "node:child_process";
import { expect, test } from "vitest";
import { Scene, testDatabase } from "#domain/billing/testing/fixture.ts";

const postgres = testDatabase();

function verify(url: string): Promise<{ code: number; output: string }> {
  const env = { PATH: process.env["PATH"], DATABASE_URL: url };
  return new Promise((resolve) => {
    execFile(process.execPath, ["api/verify-ledger.ts"], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

test("WAL-6 npm run verify-ledger says what differs and ends with 1; with 2 where it cannot tell", async () => {
  const scene = await Scene.begin(postgres.database, "2026-05-04T10:00:00Z");
  await scene.start("2026-05-04T10:00:00Z", 60_000_000n);
  await scene.tick("2026-05-04T10:02:00Z");
  expect(await verify(postgres.get().url)).toEqual({ code: 0, output: "The books are right.\n" });
  await postgres.database.pool.query("update wallets set plans = plans + 5");
  const differing = await verify(postgres.get().url);
  expect(differing.code).toBe(1);
  expect(differing.output).toMatch(
    /^org_\w+ Wallet: plans: expected 0, found 5\n1 difference\.\n$/,
  );
  expect((await verify("postgres://nobody@127.0.0.1:1/nothing")).code).toBe(2);
}, 60_000);

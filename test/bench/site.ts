import { createClient, waitForContainer, waitForNotebook, type Client } from "@aifactory/sdk";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../support/server.ts";
import type { BenchResult } from "./result.ts";

const DAY_SECONDS = 86_400;
const READY_LIMIT = 15;
const DAY_LIMIT = 60;

/** A first and a second start on one folder, and a day of site time with three resources that run. */
export default async function benchSite(): Promise<BenchResult> {
  const dataDir = mkdtempSync(join(tmpdir(), "aifactory-bench-"));
  try {
    const first = await timed(() => startServer({ AIFACTORY_DATA_DIR: dataDir }));
    const local = JSON.parse(readFileSync(join(dataDir, "local.json"), "utf8"));
    const { url, organizationId } = local;
    const owner = createClient({ url, token: local.ownerToken });
    const operator = createClient({ url, token: local.operatorToken, timeoutSeconds: 600 });
    await fill(owner, operator, organizationId);
    const day = await timed(() => operator.advanceClock({ body: { seconds: DAY_SECONDS } }));
    await first.value.end("SIGTERM");
    const second = await timed(() => startServer({ AIFACTORY_DATA_DIR: dataDir }));
    await second.value.end("SIGTERM");
    const step = (day.seconds * 1000) / (DAY_SECONDS / 60);
    return {
      passed: first.seconds <= READY_LIMIT && day.seconds <= DAY_LIMIT,
      lines: [
        `first start on an empty folder: ready in ${first.seconds.toFixed(1)} s (at most ${READY_LIMIT})`,
        `second start on the same folder: ready in ${second.seconds.toFixed(1)} s`,
        `a day of site time, two containers and a notebook running: ${day.seconds.toFixed(1)} s (at most ${DAY_LIMIT}), ${step.toFixed(1)} ms a minute`,
      ],
      figures: {
        firstStart: first.seconds,
        secondStart: second.seconds,
        day: day.seconds,
        msPerMinute: step,
      },
    };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const start = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - start) / 1000 };
}

async function fill(owner: Client, operator: Client, organizationId: string): Promise<void> {
  const { code } = await operator.issueVoucher({
    body: { amount: { amount: "10000.00", currency: "USD" }, expiresAt: "2100-01-01T00:00:00Z" },
  });
  await owner.redeemVoucher({ path: { organizationId }, body: { code } });
  const { id: workspaceId } = await owner.createWorkspace({
    path: { organizationId },
    body: { name: "bench" },
  });
  for (const service of ["notebook", "container"] as const) {
    await owner.enableService({ path: { workspaceId, service }, body: { regions: ["hanoi"] } });
  }
  const place = { region: "hanoi", flavor: "h100-sxm5-1" };
  for (const name of ["a", "b"]) {
    const disk = { sizeGib: 10, mountPath: "/data" };
    const body = { ...place, name, template: "ubuntu", disk };
    const { id } = await owner.createContainer({ path: { workspaceId }, body });
    await waitForContainer(owner, id);
  }
  const body = { ...place, name: "c", image: "jupyter-base", homeVolume: { sizeGib: 10 } };
  const { id } = await owner.createNotebook({ path: { workspaceId }, body });
  await waitForNotebook(owner, id);
}

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { must } from "../../test/support/fixture.ts";
import { requester } from "../../test/support/request.ts";
import {
  type LocalFile,
  newDataDir,
  readLocal,
  type ReadyServer,
  startServer,
} from "../../test/support/server.ts";

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, "main.sh");

/** Millionths of what is written with or without all of its digits. */
function micros(amount: string): bigint {
  const [whole, fraction = ""] = amount.split(".");
  return BigInt(whole! + fraction.padEnd(6, "0"));
}

/** Of the Quota's day, which ends at midnight UTC, the story takes more than an hour. */
async function beginDayIfLate({ url, operatorToken }: LocalFile): Promise<void> {
  const secondsLeft = 86_400 - (Math.floor(Date.now() / 1000) % 86_400);
  if (secondsLeft > 2 * 3600) return;
  const seconds = { token: operatorToken, body: { seconds: secondsLeft } };
  await must(requester(url)("POST", "/v1/operator/clock/advance", seconds));
}

describe("examples/rest/main.sh against a control plane as `npm start` runs it", () => {
  const data = newDataDir();
  let server: ReadyServer;
  let local: LocalFile;
  let story = "";

  beforeAll(async () => {
    server = await startServer({ AIFACTORY_DATA_DIR: data.path });
    local = readLocal(data.path);
    await beginDayIfLate(local);
    const { stdout } = await run(SCRIPT, {
      env: { PATH: process.env["PATH"], AIFACTORY_DATA_DIR: data.path },
      timeout: 240_000,
    });
    story = stdout;
  }, 300_000);
  afterAll(async () => {
    await server?.end("SIGTERM");
    await data.remove();
  });

  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${local.ownerToken}` };
    const response = await fetch(`${local.url}${path}`, { headers });
    return (await response.json()) as { items: object[]; total: { amount: string } };
  };

  it("POL-5 shows the refusal with code, layer and reason", () => {
    expect(story).toContain(
      '  403 policy_denied by the boundary\n  DENIED notebook:create in tokyo – boundary "rest-hanoi" (workspace rest): no Allow matches;',
    );
  });

  it("POL-8 shows what the boundary takes away", () => {
    expect(story).toContain("  no more notebook:create in tokyo\n");
    expect(story).not.toContain("no more notebook:create in hanoi");
  });

  it("RES-1 follows the notebook to RUNNING and STOPPED", () => {
    const statuses = [...story.matchAll(/^ {2}([A-Z]+): /gm)].map(([, status]) => status);
    expect(statuses.filter((status) => status !== "STOPPING")).toEqual([
      "CREATING",
      "RUNNING",
      "STOPPED",
    ]);
    expect(story).toMatch(/^ {2}https?:\/\/\S+$/m);
  });

  it("BIL-2 shows the charges of the hour, and the Quota counts them", () => {
    const usage = [...story.matchAll(/(\d+) minutes of (gpu|storage): (\S+) USD/g)];
    const charged = usage.map(([, minutes, kind, amount]) => {
      const perHour = kind === "gpu" ? 2_500_000n : 10_000n;
      expect(micros(amount!)).toBe((perHour * BigInt(minutes!)) / 60n);
      return micros(amount!);
    });
    expect(usage.map(([, , kind]) => kind).sort()).toEqual(["gpu", "storage"]);
    const spent = /of the Quota, (\S+) USD/.exec(story)![1]!;
    const sinceUsageWasRead = micros(spent) - charged.reduce((sum, part) => sum + part, 0n);
    expect([0n, 41_666n + 166n, 41_666n + 167n, 41_667n + 167n]).toContain(sinceUsageWasRead);
  });

  it("leaves nothing behind but what it cost", async () => {
    const organization = `/v1/organizations/${local.organizationId}`;
    for (const collection of ["workspaces", "policies", "service-accounts"])
      expect((await get(`${organization}/${collection}`)).items).toEqual([]);
    const wallet = await get(`${organization}/wallet`);
    expect(Number(wallet.total.amount)).toBeLessThan(100);
    expect(Number(wallet.total.amount)).toBeGreaterThan(90);
  });

  it("ends at the first refusal that it does not expect, and says which", async () => {
    const env = { PATH: process.env["PATH"], AIFACTORY_DATA_DIR: data.path, AIFACTORY_TOKEN: "no" };
    const failed = await run(SCRIPT, { env }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/vouchers\/redeem was refused: .*"code":"unauthenticated"/),
    });
  });
});

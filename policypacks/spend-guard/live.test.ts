import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resource, runPolicy, type ProgramResource } from "@aifactory/policy-kit/testing";
import { parseAmount } from "@aifactory/sdk";
import { startRunningSite, type RunningSite } from "../../test/support/running-site.ts";
import { estimatedCost } from "./estimated-cost.ts";
import { quota } from "./testing/guard.ts";

const flavor = "h100-sxm5-1";

describe("IAC-7 estimated-cost asks the control plane", () => {
  let site: RunningSite;
  let workspaceId: string;
  let notebook: ProgramResource;
  const of = (path: string) => `/v1/workspaces/${workspaceId}${path}`;
  beforeAll(async () => {
    site = await startRunningSite({ funded: false });
    await site.fund("10.00");
    workspaceId = await site.createWorkspace({ name: "lab" });
    notebook = resource("Notebook", "research", {
      workspaceId,
      region: "hanoi",
      flavor,
      homeVolume: { sizeGib: 50 },
    });
  });
  afterAll(() => site.stop());

  /** What the policy says with the token of somebody: a line for each finding. */
  async function said(
    program: readonly ProgramResource[],
    config: object = {},
    token = site.ownerToken,
    url = site.url,
  ): Promise<string[]> {
    const policy = estimatedCost({
      now: () => new Date(),
      env: { AIFACTORY_TOKEN: token, AIFACTORY_ORGANIZATION_ID: site.organizationId },
      setting: (key) => (key === "aifactory:url" ? url : undefined),
    });
    const reported = await runPolicy(policy, program, { live: {}, ...config });
    return reported.map(({ level, message }) => `${level} ${message.split("\n").at(-1)}`);
  }
  const refused = async (...given: Parameters<typeof said>) =>
    (await said(...given)).filter((line) => line.startsWith("mandatory"));

  it("for prices and names", async () => {
    expect(await said([notebook])).toEqual([
      "advisory ESTIMATE – workspace lab: 2.51 USD an hour, 1832.30 USD a month (730 hours) for 1 resource.",
      "advisory ESTIMATE – the program: 2.51 USD an hour, 1832.30 USD a month (730 hours) for 1 resource.",
    ]);
    expect((await said([notebook], { currency: "VND" })).at(-1)).toContain("62750.00 VND an hour");
  });

  it("for the Wallet, for as many hours as configured", async () => {
    expect(await refused([notebook], { walletHours: 3 })).toEqual([]);
    expect(await refused([notebook], { walletHours: 4 })).toEqual([
      "mandatory OVER THE BALANCE – notebooks: 4 hours would cost an estimated 10.04 USD, and the Wallet has 10.00 USD for it. " +
        "Top up, redeem a voucher that fits, or choose smaller flavors.",
    ]);
    const container = resource("GpuContainer", "c", {
      workspaceId,
      region: "hanoi",
      flavor,
      template: "vllm",
    });
    expect(await refused([notebook, container], { walletHours: 2 })).toEqual([
      expect.stringContaining("all Services together: 2 hours would cost an estimated 10.02 USD"),
    ]);
    expect(await refused([notebook], { walletHours: 0 })).toEqual([]);
  });

  it("QUO-1 for saved Quotas, unless the program sets another", async () => {
    await site.ask("PUT", of("/quota"), { period: "day", limitUsd: "60.00" });
    expect(await refused([notebook])).toEqual([
      expect.stringContaining(
        "OVER THE QUOTA – workspace lab: an estimated 60.24 USD a day (24 hours at 2.51 USD), and its Quota is 60.00 USD a day.",
      ),
    ]);
    // In the program it is `lab`, too, whose id the preview does not show.
    const lab = resource("Workspace", "lab", { name: "lab" });
    const { workspaceId: _known, ...rest } = notebook.properties;
    const placed = resource("Notebook", "n", rest, { workspaceId: [lab] });
    expect(await refused([lab, placed])).toHaveLength(1);
    const raised = quota({ workspaceId, period: "month", limitUsd: "1832.30" });
    expect(await refused([notebook, raised])).toEqual([]);
    await site.ask("DELETE", of("/quota"));
  });

  it("CAT-4 for the disk of a saved template", async () => {
    const template = await site.ask("POST", of("/templates"), {
      name: "big",
      image: "ubuntu:24.04",
      disk: { sizeGib: 1000, mountPath: "/data" },
    });
    const container = resource("GpuContainer", "c", {
      workspaceId,
      region: "hanoi",
      flavor,
      template: template.body.id,
    });
    expect((await said([container])).at(-1)).toContain("2.70 USD an hour");
  });

  it("RBAC-4 and says what the token may not read", async () => {
    const admin = await site.mint("admin@example.com", { [workspaceId]: "Admin" });
    const member = await site.mint("member@example.com", { [workspaceId]: "Member" });
    const wallet =
      "advisory NOT CHECKED – the token may not read the Wallet, which its Owner alone may read.";
    const few = { walletHours: 100 };
    expect((await said([notebook], few, admin.token)).slice(2)).toEqual([wallet]);
    expect((await said([notebook], few, member.token)).slice(2)).toEqual([
      "advisory NOT CHECKED – the token may not read the Quota of workspace lab.",
      wallet,
    ]);
  });

  it("and lets nothing through when there is no answer", async () => {
    expect(
      await said([notebook], { live: { timeoutSeconds: 1 } }, "aif_secret", "http://127.0.0.1:9"),
    ).toEqual([
      expect.stringMatching(
        /^mandatory The control plane at http:\/\/127\.0\.0\.1:9 could not be asked: .* Nothing was judged/,
      ),
    ]);
    await expect(said([notebook], {}, "")).rejects.toThrow(
      "the token is missing: set the stack's configuration aifactory:token (--secret), or AIFACTORY_TOKEN",
    );
    expect((await said([notebook], {}, "aif_secret")).join()).not.toContain("aif_secret");
  });

  it("BIL-2 an hour of it costs exactly the estimate", async () => {
    const { status } = await site.ask("POST", of("/notebooks"), {
      name: "research",
      region: "hanoi",
      flavor,
      image: "jupyter-base",
      homeVolume: { sizeGib: 50 },
    });
    expect(status).toBe(201);
    await site.pass(20 * 60);
    const wallet = async () =>
      (await site.ask("GET", `/v1/organizations/${site.organizationId}/wallet`)).body;
    const before = await wallet();
    await site.pass(3600);
    const after = await wallet();
    expect(Date.parse(after.chargedUntil) - Date.parse(before.chargedUntil)).toBe(3_600_000);
    const spent = parseAmount(before.total.amount) - parseAmount(after.total.amount);
    const [, estimate] = /(\S+) USD an hour/.exec((await said([notebook])).at(0)!)!;
    expect(spent).toBe(parseAmount(estimate!));
    expect(after.burnPerHour.amount).toBe(estimate);
  });
});

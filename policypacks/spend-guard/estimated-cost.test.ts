import { describe, expect, it } from "vitest";
import { resource, unknown } from "@aifactory/policy-kit/testing";
import { ml, notebook, quota, refused, said, web } from "./testing/guard.ts";

const container = (properties: object) =>
  resource(
    "GpuContainer",
    "llm",
    { workspaceId: unknown, region: "tokyo", flavor: "gpu", ...properties },
    { workspaceId: [ml] },
  );

describe("IAC-7 estimated-cost reports", () => {
  it("hourly and monthly cost of each Workspace and of the program", async () => {
    const program = [ml, web, notebook(), notebook({ flavor: "small" }, web, "site")];
    expect(await said(program)).toEqual([
      "advisory ml: ESTIMATE – workspace ml: 2.51 USD an hour, 1832.30 USD a month (730 hours) for 1 resource.",
      "advisory web: ESTIMATE – workspace web: 0.11 USD an hour, 80.30 USD a month (730 hours) for 1 resource.",
      "advisory program-test: ESTIMATE – the program: 2.62 USD an hour, 1912.60 USD a month (730 hours) for 2 resources.",
    ]);
    expect((await said(program, { currency: "JPY" })).at(-1)).toContain("No price in JPY fits");
    expect((await said([ml, notebook()], { currency: "JPY" })).at(-1)).toContain("376.50 JPY an");
    expect(await said([ml])).toEqual([]);
  });

  it("storage alone for what is declared not to run, and disks of containers and volumes", async () => {
    const total = async (...program: Parameters<typeof said>[0]) =>
      / program: (\S+) USD an hour/.exec((await said([ml, ...program])).at(-1)!)![1];
    expect(await total(notebook({ running: false }))).toBe("0.01");
    expect(await total(container({ image: "x" }))).toBe("3.00");
    expect(await total(container({ template: "vllm" }))).toBe("3.00");
    expect(await total(container({ disk: { sizeGib: 100 } }))).toBe("3.02");
    const volume = resource("Volume", "v", { region: "hanoi", sizeGib: 1000 });
    expect(await total(volume)).toBe("0.20");
  });

  it("what is unknown as the dearest that it can be, never skipping, and says what it assumed", async () => {
    const last = async (...program: Parameters<typeof said>[0]) =>
      (await said([ml, ...program])).at(-1);
    expect(await last(notebook({ flavor: unknown, region: unknown }))).toContain(
      "3.01 USD an hour, 2197.30 USD a month (730 hours) for 1 resource. Assumed: research: its flavor is not known yet: taken as the dearest that fits, gpu.",
    );
    expect(await last(notebook({ homeVolume: unknown }))).toContain("taken as 16384 GiB");
    expect(await last(notebook({ running: unknown }))).toContain("2.51 USD");
    expect(await last(container({ template: "tmpl_01" }))).toContain("taken as 16384 GiB");
    expect(await last(notebook({ flavor: "gpuu" }))).toContain("there is no flavor gpuu in hanoi");
    expect(await last(resource("Notebook", "n", {}))).toContain("its flavor is not known yet");
  });
});

describe("IAC-7 estimated-cost refuses", () => {
  it("a program or Workspace over its configured limits", async () => {
    const program = [ml, web, notebook(), notebook({ flavor: "small" }, web, "site")];
    expect(await refused(program, { maxHourly: "2.62", maxMonthly: "1912.6" })).toEqual([]);
    expect(await refused(program, { maxHourly: "2.61" })).toEqual([
      "mandatory program-test: OVER THE LIMIT – the program: an estimated 2.62 USD an hour, and maxHourly is 2.61 USD. " +
        "Choose smaller flavors, stop what need not run, or have the limit raised.",
    ]);
    const workspaceLimits = [
      { workspace: "ml", maxMonthly: "2000" },
      { workspace: "web", maxMonthly: "80" },
    ];
    expect(await refused(program, { workspaceLimits })).toEqual([
      expect.stringContaining("mandatory web: OVER THE LIMIT – workspace web: an estimated 80.30"),
    ]);
    const elsewhere = { workspaceLimits: [{ workspace: "ws_1", maxHourly: "1" }] };
    const there = resource("Notebook", "n", {
      workspaceId: "ws_1",
      region: "hanoi",
      flavor: "gpu",
      homeVolume: { sizeGib: 1 },
    });
    expect(await refused([there], elsewhere)).toEqual([
      expect.stringContaining("mandatory : OVER THE LIMIT – workspace ws_1"),
    ]);
  });

  it("IAC-7 by a limit that may be meant: a preview shows only the name or only the id", async () => {
    const there = notebook({ workspaceId: "ws_1" });
    const limit = (workspace: string) => ({ workspaceLimits: [{ workspace, maxHourly: "1" }] });
    expect(await refused([there], limit("ml"))).toHaveLength(1);
    expect(await refused([there], limit("ws_2"))).toEqual([]);
    // Changed by the program, a Workspace does not show its id.
    expect(await refused([ml, notebook()], limit("ws_1"))).toHaveLength(1);
    expect(await refused([ml, notebook()], limit("web"))).toEqual([]);
    const shown = resource("Workspace", "ml", { name: "ml", workspaceId: "ws_1" });
    expect(await refused([shown, notebook({}, shown)], limit("ws_2"))).toEqual([]);
    expect(await refused([shown, notebook({}, shown)], limit("ws_1"))).toHaveLength(1);
  });

  it("QUO-1 a Workspace over its Quota, of a day or of a month, to the micro-unit", async () => {
    const of = (period: string, limitUsd: string) =>
      refused([ml, web, notebook(), quota({ period, limitUsd })]);
    expect(await of("day", "60.24")).toEqual([]);
    expect(await of("day", "60.239999")).toEqual([
      "mandatory ml: OVER THE QUOTA – workspace ml: an estimated 60.24 USD a day (24 hours at 2.51 USD), and its Quota is 60.239999 USD a day. " +
        "When that is spent, creating is refused until the day ends. Choose smaller flavors, stop what need not run, or raise the Quota.",
    ]);
    expect(await of("month", "1832.3")).toEqual([]);
    expect(await of("month", "1832.29")).toHaveLength(1);
    // Another Workspace's Quota is none of its business.
    const other = quota({ period: "day", limitUsd: "1" }, web);
    expect(await refused([ml, web, notebook(), other])).toEqual([]);
  });

  it("a Workspace over a Quota where the preview does not know enough", async () => {
    const q = quota({ period: "day", limitUsd: "61" });
    const lost = resource("Notebook", "lost", {
      workspaceId: unknown,
      region: "hanoi",
      flavor: "small",
      homeVolume: { sizeGib: 1 },
    });
    expect(await refused([ml, web, notebook(), q])).toEqual([]);
    expect(await refused([ml, web, notebook(), lost, q])).toEqual([
      expect.stringContaining("Assumed: 1 that may be in another Workspace are counted."),
    ]);
    const anyPeriod = quota({ period: unknown, limitUsd: "61" });
    expect(await refused([ml, notebook(), anyPeriod])).toHaveLength(1);
    expect(await refused([ml, notebook(), quota({ period: "day", limitUsd: unknown })])).toEqual([
      expect.stringContaining("the limit of Quota q is not known yet, so it may be less than"),
    ]);
  });

  it("nothing that is exempted, which stays visible", async () => {
    const exemptions = [{ resource: "Workspace::ml", reason: "launch", expires: "2030-02-01" }];
    const program = [ml, notebook(), quota({ period: "day", limitUsd: "1" })];
    expect(await refused(program, { exemptions })).toEqual([]);
    expect(await said(program, { exemptions })).toContainEqual(
      expect.stringMatching(/^advisory ml: EXEMPTED until 2030-02-01 .*\(launch\): OVER THE QUOTA/),
    );
  });

  it("a configuration without prices, or with amounts that are none", async () => {
    await expect(said([ml, notebook()], { prices: undefined })).rejects.toThrow(
      "it needs prices, or live",
    );
    await expect(said([ml, notebook()], { maxHourly: "1,5" })).rejects.toThrow(
      'maxHourly must be a decimal such as "25.00"',
    );
  });
});

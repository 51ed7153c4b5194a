import { describe, expect, it } from "vitest";
import { resource, unknown as UNKNOWN } from "@aifactory/policy-kit/testing";
import { attach, inside, policy, workspace } from "./testing/program.ts";
import { refused } from "./testing/judge.ts";
import type { Statement } from "@aifactory/sdk/policy";

const allow = (
  service: Statement["service"],
  regions: Statement["regions"] = "*",
  actions: Statement["actions"] = "*",
): Statement => ({ effect: "Allow", service, regions, actions });
const deny = (service: Statement["service"], regions: Statement["regions"] = "*"): Statement => ({
  ...allow(service, regions),
  effect: "Deny",
});

const ml = workspace("ml");
const web = workspace("web");
const vnOnly = policy("vn-only", [allow("notebook", ["hanoi"]), allow("container")]);

describe("IAC-7 the stack policy", () => {
  it("joins Workspace, attachment and Policy before any of them has an id", async () => {
    const denied = await refused([
      ml,
      vnOnly,
      attach(ml, vnOnly),
      inside(ml, "hanoi"),
      inside(ml, "tokyo"),
    ]);
    expect([...denied]).toEqual([
      [
        "in-tokyo",
        'DENIED notebook:create in tokyo – boundary "vn-only" (workspace ml): no Allow matches; nearest statement 1 allows hanoi. ' +
          "Use hanoi, or ask the Owner to allow notebook:create in tokyo in a boundary of the Workspace.",
      ],
    ]);
  });

  it("IAC-7 holds a configured boundary of an id against a Workspace whose id the preview does not show", async () => {
    const vn = { name: "vn-only", statements: [allow("notebook", ["hanoi"])] };
    const bound = (id: string) => ({ boundaries: [{ ...vn, workspaces: [id] }] });
    expect([...(await refused([ml, inside(ml, "tokyo")], bound("ws_1"))).keys()]).toEqual([
      "in-tokyo",
    ]);
    const shown = workspace("ml", { workspaceId: "ws_1" });
    expect((await refused([shown, inside(shown, "tokyo")], bound("ws_1"))).size).toBe(1);
    expect((await refused([shown, inside(shown, "tokyo")], bound("ws_2"))).size).toBe(0);
    expect((await refused([ml, inside(ml, "tokyo")], bound("web"))).size).toBe(0);
  });

  it("joins by ids where they are known, whatever wrote them", async () => {
    const ws = "ws_01jd0000000000000000000000";
    const pol = "pol_01jd0000000000000000000000";
    const program = [
      workspace("ml", { workspaceId: ws }),
      policy("vn-only", [allow("notebook", ["hanoi"])], { policyId: pol }),
      resource("PolicyAttachment", "a", { workspaceId: ws, policyId: pol }),
      resource("Notebook", "n", { workspaceId: ws, region: "tokyo" }),
      resource("Notebook", "elsewhere", { workspaceId: `${ws.slice(0, -1)}1`, region: "tokyo" }),
    ];
    expect([...(await refused(program)).keys()]).toEqual(["n"]);
    expect((await refused(program)).get("n")).toContain("(workspace ml)");
  });

  it("knows one Workspace from another", async () => {
    const program = [ml, web, vnOnly, attach(ml, vnOnly), inside(web, "tokyo")];
    expect((await refused(program)).size).toBe(0);
  });

  it("refuses a notebook whose Workspace may be a bounded one", async () => {
    const unsure = resource(
      "Notebook",
      "n",
      { workspaceId: UNKNOWN, region: "tokyo" },
      { workspaceId: [ml, web] },
    );
    expect([...(await refused([ml, web, vnOnly, attach(ml, vnOnly), unsure])).keys()]).toEqual([
      "n",
    ]);
    const untraceable = resource("Notebook", "n", { workspaceId: UNKNOWN, region: "tokyo" });
    expect([...(await refused([ml, vnOnly, attach(ml, vnOnly), untraceable])).keys()]).toEqual([
      "n",
    ]);
  });

  it("judges an unknown region over all that it can be", async () => {
    const program = [ml, vnOnly, attach(ml, vnOnly)];
    const renamed = inside(ml, UNKNOWN, "n");
    const denial = (await refused([...program, renamed])).get("n");
    expect(denial).toContain("DENIED notebook:create in a region that no statement names");
    expect(denial).toContain("The region is not known yet: it was judged over hanoi, ");
    // Containers are allowed wherever it turns out to be.
    const container = inside(ml, UNKNOWN, "c", "GpuContainer");
    expect((await refused([...program, container])).size).toBe(0);
    // With all regions named, an unknown one can be no other.
    expect((await refused([...program, renamed], { regions: ["hanoi"] })).size).toBe(0);
    expect(
      (await refused([...program, renamed], { regions: ["hanoi", "tokyo"] })).get("n"),
    ).toContain("DENIED notebook:create in tokyo");
  });

  it("takes what is unknown of a Policy for the strictest that it can be", async () => {
    const judge = (statements: object[]) => {
      const partly = policy("partly", statements as never);
      return refused([ml, partly, attach(ml, partly), inside(ml, "hanoi")]);
    };
    expect((await judge([allow("notebook")])).size).toBe(0);
    expect((await judge([{ ...allow("notebook"), regions: UNKNOWN }])).size).toBe(1);
    expect((await judge([{ ...allow("notebook"), regions: ["hanoi", UNKNOWN] }])).size).toBe(0);
    expect(
      (await judge([allow("notebook"), { ...deny("notebook"), regions: [UNKNOWN] }])).size,
    ).toBe(1);
    expect((await judge([allow("notebook"), { ...deny("notebook"), actions: UNKNOWN }])).size).toBe(
      1,
    );
    expect(
      (await judge([allow("notebook"), { ...deny("container"), regions: UNKNOWN }])).size,
    ).toBe(0);
    expect((await judge([allow("notebook"), { ...allow("notebook"), effect: UNKNOWN }])).size).toBe(
      1,
    );
    expect(
      (await judge([allow("notebook"), { ...allow("notebook"), service: UNKNOWN }])).size,
    ).toBe(1);
    expect((await judge([allow("notebook"), UNKNOWN as never])).size).toBe(1);
  });

  it("refuses under a boundary of which it cannot know anything, and says how to tell it", async () => {
    const untold = { policyId: "pol_01jd0000000000000000000000" };
    const attachment = resource(
      "PolicyAttachment",
      "a",
      { workspaceId: UNKNOWN, ...untold },
      { workspaceId: [ml] },
    );
    const program = [ml, attachment, inside(ml, "hanoi")];
    expect((await refused(program)).get("in-hanoi")).toContain(
      'boundary "pol_01jd0000000000000000000000" (workspace ml): its statements are not known here',
    );
    const savedPolicies = [
      { ...untold, name: "saved", statements: [allow("notebook", ["hanoi"])] },
    ];
    expect((await refused(program, { savedPolicies })).size).toBe(0);
    const statementless = policy("later", UNKNOWN);
    const later = [ml, statementless, attach(ml, statementless), inside(ml, "hanoi")];
    expect((await refused(later)).get("in-hanoi")).toContain('boundary "later"');
  });

  it("leaves identity policies of others aside, and judges those that may be boundaries as either", async () => {
    const of = (userId: string) => [
      ml,
      vnOnly,
      attach(ml, vnOnly, { userId }),
      inside(ml, "tokyo"),
    ];
    expect((await refused(of("usr_01jd0000000000000000000000"))).size).toBe(0);
    expect((await refused(of(UNKNOWN))).size).toBe(1);
    // Without it there would be no ceiling, with it an Allow: allowed either way.
    const harmless = attach(ml, vnOnly, { userId: UNKNOWN });
    expect((await refused([ml, vnOnly, harmless, inside(ml, "hanoi")])).size).toBe(0);
    // The other boundary has no Allow for it, and this one cannot be relied on.
    const containers = policy("containers", [allow("container")]);
    const both = [ml, vnOnly, containers, harmless, attach(ml, containers), inside(ml, "hanoi")];
    expect((await refused(both)).size).toBe(1);
  });

  it("judges for the configured principal", async () => {
    const program = [ml, vnOnly, attach(ml, vnOnly), inside(ml, "hanoi"), inside(ml, "tokyo")];
    expect((await refused(program, { role: "Owner" })).size).toBe(0);
    expect([...(await refused(program, { role: "Admin" })).keys()]).toEqual(["in-tokyo"]);
    const identityPolicies = [{ name: "none", statements: [allow("container")] }];
    expect([...(await refused(program, { identityPolicies })).keys()]).toEqual([
      "in-hanoi",
      "in-tokyo",
    ]);
  });

  it("adds configured boundaries, to all Workspaces or to those they name", async () => {
    const program = [ml, web, inside(ml, "hanoi"), inside(web, "hanoi", "n")];
    const boundary = {
      name: "no-vn",
      statements: [allow("notebook"), deny("notebook", ["hanoi"])],
    };
    const names = async (workspaces?: string[]) => [
      ...(
        await refused(program, {
          boundaries: [workspaces === undefined ? boundary : { ...boundary, workspaces }],
        })
      ).keys(),
    ];
    expect(await names()).toEqual(["in-hanoi", "n"]);
    expect(await names(["web"])).toEqual(["n"]);
    expect(await names(["other"])).toEqual([]);
  });

  it("refuses a configuration that could not be saved as a Policy either", async () => {
    const boundaries = [
      { name: "typo", statements: [{ ...deny("notebook"), actions: ["notebook:creat"] as never }] },
    ];
    await expect(refused([ml, inside(ml, "hanoi")], { boundaries })).rejects.toThrow(
      'the configured Policy "typo" at /statements/0/actions/0',
    );
  });
});

import { describe, expect, it } from "vitest";
import { resources, type Kind } from "./resources.ts";
import { UNKNOWN } from "./unknown.ts";

const ws = "ws_01jd0000000000000000000000";
const good: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  Workspace: {
    name: "ml",
    services: [{ service: "notebook", regions: ["hanoi"] }],
    notebookIdleStop: { afterMinutes: 20 },
  },
  Policy: {
    name: "vn-only",
    statements: [{ effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" }],
  },
  PolicyAttachment: { workspaceId: ws, policyId: "pol_01jd0000000000000000000000" },
  Quota: { workspaceId: ws, period: "day", limitUsd: "25.00" },
  Membership: { workspaceId: ws, userId: "usr_01jd0000000000000000000000", role: "Member" },
  Notebook: {
    workspaceId: ws,
    name: "research",
    region: "hanoi",
    flavor: "cpu-small",
    image: "jupyter-base",
    homeVolume: { sizeGib: 10 },
    idleStop: { afterMinutes: 60 },
    wait: { until: "scheduled", timeoutSeconds: 60 },
  },
  GpuContainer: {
    workspaceId: ws,
    name: "llm",
    region: "hanoi",
    flavor: "h100-sxm5-1",
    template: "vllm",
    ports: [{ port: 8000, protocol: "HTTP" }],
    env: [{ name: "KEY", value: "v", secret: true }],
    command: ["serve"],
    disk: { sizeGib: 100, mountPath: "/models" },
    registryCredentials: { server: "s", username: "u", password: "p" },
    maxRunningSeconds: 3600,
  },
};
const kinds = Object.keys(good) as Kind[];
const check = (kind: Kind, changes: object, olds = {}) =>
  resources[kind]
    .check({ ...good[kind], ...changes }, olds)
    .map(({ property, reason }) => `${property} ${reason}`);

describe("check", () => {
  it.each(kinds)("lets a good %s pass, also with all of it unknown", (kind) => {
    expect(check(kind, {})).toEqual([]);
    const unknown = Object.keys(good[kind]).map((key) => [key, UNKNOWN]);
    expect(check(kind, Object.fromEntries(unknown))).toEqual([]);
  });

  it.each(kinds)("names what a %s lacks, and what it does not know", (kind) => {
    const [first = ""] = Object.keys(good[kind]);
    expect(check(kind, { [first]: undefined })).toContain(`${first} is missing`);
    expect(check(kind, { nmae: "x" })).toEqual(["nmae is no input of this resource"]);
  });

  it.each<[Kind, object, string]>([
    ["Quota", { workspaceId: "ml" }, 'workspaceId must be an id such as ws_…; it is "ml"'],
    ["Quota", { limitUsd: "25,00" }, 'limitUsd must be a decimal such as "25.00"'],
    ["Quota", { limitUsd: 25 }, "limitUsd must be a decimal"],
    ["Quota", { period: "week" }, 'period must be "day" or "month"; it is "week"'],
    ["Membership", { userId: "minh@example.com" }, "userId must be an id such as usr_… or sa_…"],
    [
      "Notebook",
      { homeVolume: { sizeGib: 0 } },
      "homeVolume.sizeGib must be a whole number from 1",
    ],
    ["Notebook", { homeVolume: {} }, "homeVolume.sizeGib is missing"],
    ["Notebook", { homeVolume: 10 }, "homeVolume must be an object with sizeGib"],
    ["Notebook", { tags: { team: 1 } }, "tags.team must be a text"],
    ["Notebook", { wait: { until: "soon" } }, "wait.until must be"],
    ["Notebook", { idleStop: "always" }, 'idleStop must be "never" or an object'],
    ["Notebook", { idleStop: 60 }, "idleStop must be an object with afterMinutes"],
    ["Notebook", { idleStop: { afterMinutes: 19 } }, "idleStop.afterMinutes must be a whole"],
    ["Workspace", { notebookIdleStop: "never" }, "notebookIdleStop must be an object"],
    ["Workspace", { notebookIdleStop: { afterMinutes: 10_081 } }, "notebookIdleStop.afterMinutes"],
    ["Notebook", { name: " x" }, "name must be 1 to 100 printable characters"],
    ["Workspace", { services: [{ service: "gpu", regions: [] }] }, "services[0].regions must have"],
    ["GpuContainer", { image: "x" }, 'image give either "image" or "template"'],
    [
      "GpuContainer",
      { disk: { sizeGib: 1, mountPath: "data" } },
      "disk.mountPath must be an absolute",
    ],
    [
      "GpuContainer",
      { ports: [{ port: 0, protocol: "HTTP" }] },
      "ports[0].port must be a whole number",
    ],
    ["GpuContainer", { env: [{ name: "1A", value: "x" }] }, "env[0].name must be a variable name"],
    ["Policy", { name: "vn only" }, "name must be 1 to 64 letters"],
    [
      "Policy",
      {
        statements: [
          { effect: "Allow", service: "notebook", regions: "*", actions: ["notebook:creat"] },
        ],
      },
      "statements[0].actions[0]",
    ],
  ])("of a %s with %j: %s", (kind, changes, message) => {
    expect(check(kind, changes)).toContainEqual(expect.stringContaining(message));
  });

  it("IAC-6 shows no secret in a message", () => {
    const password = { password: 5_551_234 };
    const shown = check("GpuContainer", {
      registryCredentials: { server: "s", username: "u", ...password },
      env: [{ name: "KEY", value: password }],
    });
    expect(shown).toEqual([
      "env[0].value must be a text",
      "registryCredentials.password must be a text",
    ]);
  });

  it("RES-3 refuses to shrink storage, unless another resource comes anyway", () => {
    const smaller = { homeVolume: { sizeGib: 5 } };
    expect(check("Notebook", smaller, good.Notebook)).toContainEqual(
      expect.stringContaining("homeVolume.sizeGib is 10 GiB and cannot shrink to 5"),
    );
    expect(check("Notebook", { ...smaller, region: "tokyo" }, good.Notebook)).toEqual([]);
    expect(check("Notebook", { homeVolume: { sizeGib: 20 } }, good.Notebook)).toEqual([]);
    const disk = { disk: { sizeGib: 10, mountPath: "/models" } };
    expect(check("GpuContainer", disk, good.GpuContainer)).toHaveLength(1);
  });
});

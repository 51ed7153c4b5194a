import { describe, expect, it } from "vitest";
import { clientToken } from "./client-token.ts";
import { gpuContainer } from "./gpu-container.ts";
import type { GpuContainerOutputs } from "./gpu-container-fields.ts";
import { notebook, type NotebookOutputs } from "./notebook.ts";
import { policyAttachment } from "./policy-attachment.ts";
import { policy } from "./policy.ts";
import { quota } from "./quota.ts";
import { UNKNOWN } from "./unknown.ts";
import { workspace } from "./workspace.ts";

const live = {
  workspaceId: "ws_1",
  name: "llm",
  region: "hanoi",
  flavor: "h100-sxm5-1",
  tags: {},
  running: true,
  status: "RUNNING",
  createdBy: "usr_1",
  createdAt: "2026-11-21T04:42:00.000Z",
};
const asked = { workspaceId: "ws_1", name: "llm", region: "hanoi", flavor: "h100-sxm5-1" };

describe("diff of a container", () => {
  const made: GpuContainerOutputs = {
    ...live,
    image: "docker.io/vllm/vllm-openai:v1",
    template: "vllm",
    ports: [{ port: 8000, protocol: "HTTP" }],
    env: [
      { name: "MODEL", value: "qwen", secret: false },
      { name: "KEY", value: "k", secret: true },
    ],
    command: ["serve"],
    __declared: [],
  };
  const wanted = { ...asked, template: "vllm" };
  const diff = (news: object, olds: object = {}) =>
    gpuContainer.diff({ ...made, ...olds }, { ...wanted, ...news });

  it("IAC-5 what the template gives is no change", () => {
    expect(diff({})).toMatchObject({ changes: false, replaces: [] });
  });

  it("changes in place what the API can, and replaces delete-first what it cannot", () => {
    expect(diff({ flavor: "h100-sxm5-2", tags: { a: "b" }, name: "n" })).toMatchObject({
      changed: ["name", "flavor", "tags"],
      replaces: [],
    });
    expect(diff({ region: "tokyo" })).toMatchObject({
      replaces: ["region"],
      deleteBeforeReplace: true,
    });
    expect(diff({ template: "ollama" }).replaces).toEqual(["template"]);
    expect(diff({ template: undefined, image: "x" }).replaces).toEqual(["template"]);
    expect(diff({ workspaceId: UNKNOWN }).replaces).toEqual(["workspaceId"]);
    expect(diff({ region: "tokyo" }).stables).toEqual(["workspaceId", "template"]);
  });

  it("replaces a disk that comes, goes or moves, and grows it in place", () => {
    const disk = { sizeGib: 10, mountPath: "/models" };
    const before = { disk, __declared: ["disk"] };
    expect(diff({ disk }).replaces).toEqual(["disk"]);
    expect(diff({ disk: { ...disk, mountPath: "/m" } }, before).replaces).toEqual(["disk"]);
    expect(diff({ disk: { ...disk, sizeGib: 20 } }, before)).toMatchObject({
      changed: ["disk"],
      replaces: [],
    });
    // Without the program's word, the template's holds, which only a new container takes.
    expect(diff({}, before).replaces).toEqual(["disk"]);
    const plain = { ...asked, image: made.image };
    const { template: _, ...imaged } = made;
    const gone = gpuContainer.diff({ ...imaged, ...before }, { ...plain, command: ["serve"] });
    expect(gone.replaces).toEqual(["disk"]);
  });

  it("compares variables and ports by what they say, not by their order", () => {
    const env = [
      { name: "KEY", value: "k", secret: true },
      { name: "MODEL", value: "qwen" },
    ];
    expect(diff({ env }).changes).toBe(false);
    expect(diff({ env: [{ name: "KEY", value: "other", secret: true }, env[1]] }).changed).toEqual([
      "env",
    ]);
    expect(diff({ env: [{ name: "KEY", value: "k" }, env[1]] }).changed).toEqual(["env"]);
    expect(diff({ env: UNKNOWN }).changed).toEqual(["env"]);
  });

  it("IAC-5 the status is nobody's input, unless running is declared", () => {
    expect(diff({}, { status: "STOPPED", running: false }).changes).toBe(false);
    expect(diff({ running: true }, { running: false }).changed).toEqual(["running"]);
    expect(diff({ running: false }).changed).toEqual(["running"]);
  });
});

describe("diff of the others", () => {
  it("IAC-3 a Policy of another name comes before the old one goes; the same one again, after", () => {
    const statements = [
      { effect: "Allow", service: "notebook", regions: ["a", "b"], actions: "*" },
    ] as const;
    const olds = {
      policyId: "pol_1",
      organizationId: "org_1",
      createdAt: "",
      name: "p",
      statements,
    };
    const turned = [{ ...statements[0], regions: ["b", "a"] }];
    expect(policy.diff(olds, { name: "p", statements: turned }).changes).toBe(false);
    expect(policy.diff(olds, { name: "q", statements })).toMatchObject({
      replaces: ["name"],
      deleteBeforeReplace: false,
    });
    expect(policy.diff(olds, { name: "p", statements }).deleteBeforeReplace).toBe(true);
    expect(policy.diff(olds, { name: "p", statements, description: "d" })).toMatchObject({
      changed: ["description"],
      replaces: [],
    });
  });

  it("IAC-3 an attachment is replaced create-first, lest the boundary vanishes", () => {
    const olds = { workspaceId: "ws_1", policyId: "pol_1" };
    expect(policyAttachment.diff(olds, { ...olds, policyId: "pol_2" })).toMatchObject({
      replaces: ["policyId"],
      deleteBeforeReplace: false,
    });
    expect(policyAttachment.diff(olds, olds)).toMatchObject({
      changes: false,
      deleteBeforeReplace: true,
    });
  });

  it("amounts and Services are compared by what they mean", () => {
    const olds = {
      workspaceId: "ws_1",
      period: "day",
      limitUsd: "25.00",
      enforceOnStart: false,
    } as const;
    expect(quota.diff(olds, { ...olds, limitUsd: "25.0", enforceOnStart: undefined }).changes).toBe(
      false,
    );
    expect(quota.diff(olds, { ...olds, limitUsd: "25.01" }).changed).toEqual(["limitUsd"]);
    const services = [{ service: "notebook", regions: ["hanoi", "tokyo"] }] as const;
    const flags = { boundaryLocked: false, forceDestroy: false };
    const space = {
      ...flags,
      workspaceId: "ws_1",
      organizationId: "",
      createdAt: "",
      name: "ml",
      services,
    };
    const turned = [{ service: "notebook", regions: ["tokyo", "hanoi"] }];
    expect(workspace.diff(space, { name: "ml", services: turned }).changes).toBe(false);
    expect(workspace.diff(space, { name: "ml" }).changed).toEqual(["services"]);
  });

  it("RES-9 idle stop changes in place; one that is not given is the Workspace's", () => {
    const olds: NotebookOutputs = { ...live, image: "i", homeVolume: { sizeGib: 1 } };
    const news = { ...asked, image: "i", homeVolume: { sizeGib: 1 } };
    const own = { idleStop: { afterMinutes: 60 } };
    expect(notebook.diff(olds, { ...news, ...own })).toMatchObject({
      changed: ["idleStop"],
      replaces: [],
    });
    expect(notebook.diff({ ...olds, ...own }, { ...news, ...own }).changes).toBe(false);
    expect(notebook.diff({ ...olds, idleStop: "never" }, news).changed).toEqual(["idleStop"]);
  });

  it("IAC-3 what has not come up yet is gone on with", () => {
    const olds: NotebookOutputs = { ...live, image: "i", homeVolume: { sizeGib: 1 } };
    const news = { ...asked, image: "i", homeVolume: { sizeGib: 1 } };
    expect(notebook.diff(olds, news).changes).toBe(false);
    expect(notebook.diff({ ...olds, __pending: true }, news)).toMatchObject({
      changes: true,
      replaces: [],
    });
  });
});

describe("IAC-3 clientToken", () => {
  const urn = "urn:pulumi:dev::project::team$pulumi-nodejs:dynamic/aifactory:Notebook::dev";
  const fields = {
    region: { rule: () => [], replaces: true },
    name: { rule: () => [] },
  } as const;
  const token = (inputs: object, of = urn) => clientToken({ urn: of }, fields, inputs);

  it("is another one for another resource or another replacement, and for nothing else", () => {
    const one = token({ region: "hanoi", name: "a" });
    expect(one).toMatch(/^[A-Za-z0-9._:-]{8,128}$/);
    expect(token({ name: "b", region: "hanoi" })).toBe(one);
    expect(token({ region: "tokyo", name: "a" })).not.toBe(one);
    expect(token({ region: "hanoi", name: "a" }, urn.replace("team$", "other$"))).not.toBe(one);
  });
});

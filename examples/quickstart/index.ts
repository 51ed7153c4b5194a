import { Config } from "@pulumi/pulumi";
import {
  GpuContainer,
  Membership,
  Notebook,
  Policy,
  PolicyAttachment,
  Quota,
  Workspace,
} from "@aifactory/pulumi";
import { NOTEBOOK_FLAVORS, notebooksOnlyIn, REGIONS } from "./boundary.ts";

const config = new Config();
const region = config.require("notebookRegion");
const memberId = config.get("memberId");

const workspace = new Workspace("ml", {
  name: "ml",
  services: [
    { service: "notebook", regions: REGIONS },
    { service: "container", regions: REGIONS },
  ],
});

const boundary = new Policy("vn-only", {
  name: "vn-only",
  description: `Everything, but new notebooks in ${region} only`,
  statements: notebooksOnlyIn(region),
});
const attachment = new PolicyAttachment("vn-only", {
  workspaceId: workspace.id,
  policyId: boundary.id,
});

new Quota("ml", {
  workspaceId: workspace.id,
  period: "day",
  limitUsd: config.require("quotaUsd"),
});

if (memberId !== undefined)
  new Membership("member", { workspaceId: workspace.id, userId: memberId, role: "Member" });

// The boundary stands before there is anything that it bounds.
const bounded = { dependsOn: [attachment] };

const notebook = new Notebook(
  "research",
  {
    workspaceId: workspace.id,
    name: "research",
    region,
    flavor: NOTEBOOK_FLAVORS[region]!,
    image: "jupyter-pytorch",
    homeVolume: { sizeGib: 50 },
  },
  bounded,
);

const container = new GpuContainer(
  "llm",
  {
    workspaceId: workspace.id,
    name: "llm",
    region: "hanoi",
    flavor: "h100-sxm5-2",
    template: "vllm",
    disk: { sizeGib: 100, mountPath: "/models" },
  },
  bounded,
);

if (config.getBoolean("deniedNotebook")) {
  const elsewhere = REGIONS.find((other) => other !== region)!;
  new Notebook(
    "elsewhere",
    {
      workspaceId: workspace.id,
      name: "elsewhere",
      region: elsewhere,
      flavor: NOTEBOOK_FLAVORS[elsewhere]!,
      image: "jupyter-pytorch",
      homeVolume: { sizeGib: 50 },
    },
    bounded,
  );
}

export const workspaceId = workspace.id;
export const notebookId = notebook.id;
export const notebookStatus = notebook.status;
export const containerId = container.id;
export const containerStatus = container.status;

// Two teams in one Organization: who may do what, and where. People are named by their ids:
//   pulumi config set researchLead usr_… && pulumi config set researcher usr_… && pulumi config set onCall usr_…
import { Config } from "@pulumi/pulumi";
import { Membership, Policy, PolicyAttachment, Quota, Workspace } from "@aifactory/pulumi";
import { everything, only } from "./statements.ts";

const config = new Config();

// Services say what there is in a Workspace, for the Owner too. Boundaries say what its people may do with it.
const research = new Workspace("research", {
  name: "research",
  services: [
    { service: "notebook", regions: ["hanoi", "tokyo"] },
    { service: "container", regions: ["hanoi", "tokyo"] },
  ],
});
const serving = new Workspace("serving", {
  name: "serving",
  services: [{ service: "container", regions: ["tokyo"] }],
  // Its Admins, should it get some, may tighten the boundary and not loosen it.
  boundaryLocked: true,
});

new Quota("research", { workspaceId: research.id, period: "month", limitUsd: "5000.00" });
new Quota("serving", { workspaceId: serving.id, period: "day", limitUsd: "250.00" });

// Research works in its regions. A boundary is the most that anybody in a Workspace can do: what no Allow names is denied,
// so this needs no Deny.
const researchRegions = new Policy("research-regions", {
  name: "research-regions",
  description: "Notebooks and containers, in the regions of the research team",
  statements: only(["notebook", "container"], config.require("researchRegions").split(",")),
});
const researchBoundary = new PolicyAttachment("research-regions", {
  workspaceId: research.id,
  policyId: researchRegions.id,
});

// Serving may do everything but delete volumes, for the models are on them. The trap: a Deny only takes away. Alone it is
// a boundary that allows nothing at all; it needs an Allow of everything beside it to take something away from.
// The same trap, other side up: Allows of several boundaries add up. `everything` beside `research-regions` would lift it.
const allowEverything = new Policy("everything", { name: "everything", statements: everything() });
const keepVolumes = new Policy("keep-volumes", {
  name: "keep-volumes",
  description: "Takes away: deleting volumes. Attach beside an Allow",
  statements: [
    { effect: "Deny", service: "container", regions: "*", actions: ["container:delete-volume"] },
  ],
});
const ceiling = new PolicyAttachment("everything", {
  workspaceId: serving.id,
  policyId: allowEverything.id,
});
const servingBoundary = new PolicyAttachment(
  "keep-volumes",
  { workspaceId: serving.id, policyId: keepVolumes.id },
  { dependsOn: ceiling },
);

// People come in when the boundary stands.
new Membership(
  "research-lead",
  { workspaceId: research.id, userId: config.require("researchLead"), role: "Admin" },
  { dependsOn: researchBoundary },
);
new Membership(
  "researcher",
  { workspaceId: research.id, userId: config.require("researcher"), role: "Member" },
  { dependsOn: researchBoundary },
);
new Membership(
  "on-call",
  { workspaceId: serving.id, userId: config.require("onCall"), role: "Member" },
  { dependsOn: servingBoundary },
);

// Who is on call sees what research runs. An identity policy bounds one person in one Workspace, inside its boundary.
const guest = new Membership(
  "on-call-in-research",
  { workspaceId: research.id, userId: config.require("onCall"), role: "Member" },
  { dependsOn: researchBoundary },
);
const lookAround = new Policy("look-around", {
  name: "look-around",
  statements: [
    { effect: "Allow", service: "notebook", regions: "*", actions: ["notebook:read"] },
    { effect: "Allow", service: "container", regions: "*", actions: ["container:read"] },
  ],
});
new PolicyAttachment("look-around", {
  workspaceId: guest.workspaceId,
  userId: guest.userId,
  policyId: lookAround.id,
});

export const researchId = research.id;
export const servingId = serving.id;
export const everythingId = allowEverything.id;

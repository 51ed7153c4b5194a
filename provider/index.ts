export { GpuContainer, type GpuContainerArgs } from "./dynamic/gpu-container.ts";
export { Membership, type MembershipArgs } from "./dynamic/membership.ts";
export { Notebook, type NotebookArgs } from "./dynamic/notebook.ts";
export { Policy, type PolicyArgs, type StatementArgs } from "./dynamic/policy.ts";
export { PolicyAttachment, type PolicyAttachmentArgs } from "./dynamic/policy-attachment.ts";
export { Quota, type QuotaArgs } from "./dynamic/quota.ts";
export { Workspace, type WorkspaceArgs } from "./dynamic/workspace.ts";

import { gpuContainer } from "./gpu-container.ts";
import { membership } from "./membership.ts";
import { notebook } from "./notebook.ts";
import { policyAttachment } from "./policy-attachment.ts";
import { policy } from "./policy.ts";
import { quota } from "./quota.ts";
import type { Resource } from "./resource.ts";
import { workspace } from "./workspace.ts";

/** Every resource by its Pulumi name (IAC-1). */
export const resources = {
  Workspace: workspace,
  Policy: policy,
  PolicyAttachment: policyAttachment,
  Quota: quota,
  Membership: membership,
  Notebook: notebook,
  GpuContainer: gpuContainer,
} as const;

export type Kind = keyof typeof resources;

/** A resource without its types, for faces that carry properties they know nothing of. */
export type AnyResource = Resource<object, object>;

export function resourceOf(kind: Kind): AnyResource {
  return resources[kind] as unknown as AnyResource;
}

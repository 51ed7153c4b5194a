import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";

export interface PolicyAttachmentArgs {
  readonly workspaceId: Input<string>;
  readonly policyId: Input<string>;
  /** Whose identity policy it becomes; the boundary of the Workspace without it (POL-2). */
  readonly userId?: Input<string>;
}

/** A Policy as boundary of a Workspace, or as identity policy of a membership. */
export class PolicyAttachment extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("PolicyAttachment");
  declare readonly workspaceId: Output<string>;
  declare readonly policyId: Output<string>;
  declare readonly userId: Output<string | undefined>;

  constructor(name: string, args: PolicyAttachmentArgs, options?: CustomResourceOptions) {
    super("PolicyAttachment", name, { args, outputs: [] }, options);
  }
}

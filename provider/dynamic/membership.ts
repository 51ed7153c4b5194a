import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";

export interface MembershipArgs {
  readonly workspaceId: Input<string>;
  /** A person who has signed in, or a service account of the Organization. */
  readonly userId: Input<string>;
  readonly role: Input<"Admin" | "Member">;
}

/** A person or service account in a Workspace (ORG-5). */
export class Membership extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("Membership");
  declare readonly workspaceId: Output<string>;
  declare readonly userId: Output<string>;
  declare readonly role: Output<"Admin" | "Member">;

  constructor(name: string, args: MembershipArgs, options?: CustomResourceOptions) {
    super("Membership", name, { args, outputs: [] }, options);
  }
}

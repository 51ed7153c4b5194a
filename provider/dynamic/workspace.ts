import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { EnabledService } from "../resources/workspace.ts";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";

export interface WorkspaceArgs {
  /** Unique in the Organization. */
  readonly name: Input<string>;
  /** Exactly the Services that are enabled, each in its regions; none unless given. */
  readonly services?: Input<
    Input<{
      readonly service: Input<EnabledService["service"]>;
      readonly regions: Input<readonly Input<string>[]>;
    }>[]
  >;
  /** Refuses an Admin every boundary change that gains access (POL-8). */
  readonly boundaryLocked?: Input<boolean>;
  /** Idle stop of notebooks that say nothing themselves (RES-9); none unless given. */
  readonly notebookIdleStop?: Input<{ readonly afterMinutes: Input<number> }>;
  /** Deletes what is still in it along with it (ORG-6). */
  readonly forceDestroy?: Input<boolean>;
}

/** A Workspace: its own Services, Quota, boundary and members (ORG-3). */
export class Workspace extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("Workspace");
  declare readonly name: Output<string>;
  declare readonly services: Output<EnabledService[]>;
  declare readonly boundaryLocked: Output<boolean>;
  declare readonly notebookIdleStop: Output<{ afterMinutes: number } | undefined>;
  declare readonly forceDestroy: Output<boolean>;
  declare readonly workspaceId: Output<string>;
  declare readonly organizationId: Output<string>;
  declare readonly createdAt: Output<string>;

  constructor(name: string, args: WorkspaceArgs, options?: CustomResourceOptions) {
    const outputs = ["services", "boundaryLocked", "forceDestroy"];
    super("Workspace", name, { args, outputs: [...outputs, ...STABLE] }, options);
  }
}

const STABLE = ["workspaceId", "organizationId", "createdAt"];

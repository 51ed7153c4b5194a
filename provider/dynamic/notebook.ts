import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";
import { COMPUTE_OUTPUTS, type ComputeArgs } from "./compute-args.ts";

export interface NotebookArgs extends ComputeArgs {
  readonly image: Input<string>;
  /** Grows in place and never shrinks (RES-3). */
  readonly homeVolume: Input<{ readonly sizeGib: Input<number> }>;
  /** Stopped when nobody has used it for so long (RES-9); what its Workspace says unless given. */
  readonly idleStop?: Input<{ readonly afterMinutes: Input<number> } | "never">;
}

/** An AI Notebook: a managed JupyterLab with a persistent home (RES-1). */
export class Notebook extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("Notebook");
  declare readonly workspaceId: Output<string>;
  declare readonly name: Output<string>;
  declare readonly region: Output<string>;
  declare readonly flavor: Output<string>;
  declare readonly image: Output<string>;
  declare readonly homeVolume: Output<{ sizeGib: number }>;
  declare readonly idleStop: Output<{ afterMinutes: number } | "never" | undefined>;
  declare readonly tags: Output<Record<string, string>>;
  /** Whether it is asked to run. */
  declare readonly running: Output<boolean>;
  declare readonly status: Output<string>;
  declare readonly createdBy: Output<string>;
  declare readonly createdAt: Output<string>;

  constructor(name: string, args: NotebookArgs, options?: CustomResourceOptions) {
    super("Notebook", name, { args, outputs: COMPUTE_OUTPUTS }, options);
  }
}

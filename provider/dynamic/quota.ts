import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";

export interface QuotaArgs {
  readonly workspaceId: Input<string>;
  readonly period: Input<"day" | "month">;
  /** A decimal such as `"25.00"`. */
  readonly limitUsd: Input<string>;
  /** Refuses start too once the limit is reached (QUO-2). */
  readonly enforceOnStart?: Input<boolean>;
}

/** The spending limit of a Workspace (QUO-1). */
export class Quota extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("Quota");
  declare readonly workspaceId: Output<string>;
  declare readonly period: Output<"day" | "month">;
  declare readonly limitUsd: Output<string>;
  declare readonly enforceOnStart: Output<boolean>;

  constructor(name: string, args: QuotaArgs, options?: CustomResourceOptions) {
    super("Quota", name, { args, outputs: ["enforceOnStart"] }, options);
  }
}

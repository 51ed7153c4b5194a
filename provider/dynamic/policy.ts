import type { CustomResourceOptions, Input, Output } from "@pulumi/pulumi";
import type { Action, Effect, Service, Statement } from "@aifactory/sdk/policy";
import { AiFactoryResource, typeOf } from "./aifactory-resource.ts";

export interface StatementArgs {
  readonly effect: Input<Effect>;
  readonly service: Input<Service>;
  /** `"*"`: every region. */
  readonly regions: Input<"*"> | Input<readonly Input<string>[]>;
  /** Full names such as `notebook:create`; `"*"`: every action of the Service. */
  readonly actions: Input<"*"> | Input<readonly Input<Action>[]>;
}

export interface PolicyArgs {
  /** Unique in the Organization; another name makes another Policy (POL-1). */
  readonly name: Input<string>;
  readonly description?: Input<string>;
  readonly statements: Input<readonly Input<StatementArgs>[]>;
}

/** A Policy of the Organization (POL-1); it does something where a `PolicyAttachment` attaches it. */
export class Policy extends AiFactoryResource {
  static readonly __pulumiType: string = typeOf("Policy");
  declare readonly name: Output<string>;
  declare readonly description: Output<string | undefined>;
  declare readonly statements: Output<Statement[]>;
  declare readonly policyId: Output<string>;
  declare readonly organizationId: Output<string>;
  declare readonly createdAt: Output<string>;

  constructor(name: string, args: PolicyArgs, options?: CustomResourceOptions) {
    super("Policy", name, { args, outputs: ["policyId", "organizationId", "createdAt"] }, options);
  }
}

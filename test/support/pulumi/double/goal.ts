import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import { fromStruct } from "../grpc.ts";
import type { Properties } from "../properties.ts";
import { urnOf } from "./checkpoint.ts";

/** What the program asks for: one registration, as the SDK serialised it. */
export interface Goal {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly parent: string;
  readonly inputs: Properties;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly additionalSecretOutputs: readonly string[];
  /** Undefined leaves the choice to the provider. */
  readonly deleteBeforeReplace: boolean | undefined;
  readonly protect: boolean;
}

/**
 * Reads a registration.
 * @throws for a resource option that this engine does not know, rather than ignore it.
 */
export function goalOf(
  request: RegisterResourceRequest,
  site: { readonly stack: string; readonly project: string },
): Goal {
  refuseUnsupported(request);
  const propertyDependencies: Record<string, readonly string[]> = {};
  for (const [key, dependencies] of request.getPropertydependenciesMap().entries() as Iterable<
    [string, { getUrnsList(): string[] }]
  >) {
    propertyDependencies[key] = dependencies.getUrnsList();
  }
  const [type, name, parent] = [request.getType(), request.getName(), request.getParent()];
  return {
    urn: urnOf(site, type, name, parent),
    type,
    name,
    custom: request.getCustom(),
    parent,
    inputs: fromStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    protect: request.getProtect() ?? false,
  };
}

function refuseUnsupported(request: RegisterResourceRequest): void {
  const used = {
    aliases: request.getAliasesList().length + request.getAliasurnsList().length > 0,
    deletedWith: request.getDeletedwith() !== "",
    ignoreChanges: request.getIgnorechangesList().length > 0,
    import: request.getImportid() !== "",
    provider: request.getProvider() !== "",
    remote: request.getRemote(),
    replaceOnChanges: request.getReplaceonchangesList().length > 0,
    retainOnDelete: request.getRetainondelete() ?? false,
    transforms: request.getTransformsList().length > 0,
  };
  const unsupported = Object.entries(used).filter(([, isUsed]) => isUsed);
  if (unsupported.length > 0)
    throw new Error(
      `the test engine does not support ${unsupported.map(([option]) => option).join(", ")}: use the real CLI`,
    );
}

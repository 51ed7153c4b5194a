import type { ExportedResource } from "../engine.ts";
import { type Properties, masked } from "../properties.ts";

/** One resource as the engine remembers it between operations, secrets wrapped. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  readonly id: string;
  readonly parent: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  readonly initErrors: readonly string[];
  /** Replaced by a newer one of the same URN; only its deletion is left to do. */
  readonly condemned: boolean;
}

export interface Checkpoint {
  /** Every resource after all that it depends on. */
  readonly resources: readonly ResourceState[];
  /** The configuration that the provider had in the last `up`: the real engine keeps it in the state, too. */
  readonly providerInputs: Properties;
  readonly outputs: Properties;
}

export const emptyCheckpoint: Checkpoint = { resources: [], providerInputs: {}, outputs: {} };

export const PROVIDER_TYPE = "pulumi:providers:pulumi-nodejs";
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** The URN of a resource; a parent's type qualifies it unless that is the stack. */
export function urnOf(
  site: { readonly stack: string; readonly project: string },
  type: string,
  name: string,
  parent = "",
): string {
  const parentType = parent.split("::")[2] ?? "";
  const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${site.stack}::${site.project}::${qualified}::${name}`;
}

/** What `pulumi stack export` would show, the provider resource with its configuration included. */
export function exported(
  checkpoint: Checkpoint,
  site: { readonly stack: string; readonly project: string },
): ExportedResource[] {
  const resources = checkpoint.resources.map(exportedResource);
  if (!checkpoint.resources.some((resource) => resource.custom)) return resources;
  const configuration = masked(checkpoint.providerInputs);
  const urn = urnOf(site, PROVIDER_TYPE, "default");
  return [
    {
      urn,
      type: PROVIDER_TYPE,
      custom: true,
      id: "default",
      inputs: configuration,
      outputs: configuration,
      dependencies: [],
      initErrors: [],
    },
    ...resources,
  ];
}

function exportedResource(state: ResourceState): ExportedResource {
  return {
    urn: state.urn,
    type: state.type,
    custom: state.custom,
    ...(state.id === "" ? {} : { id: state.id }),
    ...(state.parent === "" ? {} : { parent: state.parent }),
    inputs: masked(state.inputs),
    outputs: masked(state.outputs),
    dependencies: state.dependencies,
    initErrors: state.initErrors,
  };
}

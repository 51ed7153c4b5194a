import { createUrn, dynamic, type CustomResourceOptions, type Inputs } from "@pulumi/pulumi";
import type { Kind } from "../resources/resources.ts";
import { DynamicProvider } from "./provider.ts";

const MODULE = "aifactory";

/** The type by which Pulumi and policy packs know a kind. */
export const typeOf = (kind: Kind): string => `pulumi-nodejs:dynamic/${MODULE}:${kind}`;

// One for each kind: serialising is slow, and the host configures each text once.
const providers = new Map<Kind, DynamicProvider>();

function providerOf(kind: Kind): DynamicProvider {
  const known = providers.get(kind) ?? new DynamicProvider(kind);
  providers.set(kind, known);
  return known;
}

/** A resource with the dynamic face: no plugin to install. */
export abstract class AiFactoryResource extends dynamic.Resource {
  constructor(
    kind: Kind,
    name: string,
    { args, outputs }: { readonly args: object; readonly outputs: readonly string[] },
    options: CustomResourceOptions = {},
  ) {
    const props: Inputs = {
      ...Object.fromEntries(outputs.map((key) => [key, undefined])),
      ...args,
    };
    props["__urn"] = urnOf(kind, name, options);
    super(providerOf(kind), name, props, options, MODULE, kind);
  }
}

/** A provider is not told for which resource it creates, but has to know (IAC-3). */
function urnOf(kind: Kind, name: string, { parent }: CustomResourceOptions): Promise<string> {
  // A promise carries no dependencies: as an output it would make the resource wait for its own parent's children.
  return new Promise((resolve) => {
    createUrn(name, typeOf(kind), parent).apply(resolve);
  });
}

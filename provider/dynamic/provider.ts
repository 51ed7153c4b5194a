import type { dynamic } from "@pulumi/pulumi";
import type { Kind } from "../resources/resources.ts";
import type { Face } from "./face.ts";
import type { Properties } from "./properties.ts";

/**
 * What Pulumi serialises into the state, beside every resource: it holds nothing but the kind, captures nothing of its
 * module, and gets everything else from the installed package at run time.
 */
export class DynamicProvider implements dynamic.ResourceProvider<Properties, Properties> {
  readonly kind: Kind;
  declare face: Face;

  constructor(kind: Kind) {
    this.kind = kind;
  }

  // Nothing is awaited in here: the host serves the next call as soon as this one pauses.
  async configure({ config }: dynamic.ConfigureRequest): Promise<void> {
    const { openFace } = require("@aifactory/pulumi/dynamic") as typeof import("./face.ts");
    this.face = openFace(this.kind, (key) => config.get(key));
  }

  async check(olds: Properties, news: Properties): Promise<dynamic.CheckResult<Properties>> {
    return this.face.check(olds, news);
  }

  async diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult> {
    return this.face.diff(id, olds, news);
  }

  async create(inputs: Properties): Promise<dynamic.CreateResult<Properties>> {
    return this.face.create(inputs);
  }

  async read(id: string, props?: Properties): Promise<dynamic.ReadResult<Properties>> {
    return this.face.read(id, props);
  }

  async update(id: string, olds: Properties, news: Properties) {
    return this.face.update(id, olds, news);
  }

  async delete(id: string, props: Properties): Promise<void> {
    return this.face.delete(id, props);
  }
}

import { join } from "node:path";
import type { Kind } from "../resources/resources.ts";
import type { Engine } from "../../test/support/pulumi/engine.ts";

/** A resource that the test program is to make; references mean the latest of a logical name. */
export interface Wanted {
  readonly kind: Kind;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly dependsOn?: readonly string[];
  /** The component that it belongs to; each is of a type of its own. */
  readonly parent?: string;
}

/** The folder of the test program. */
export const wantedProgram = join(import.meta.dirname, "program");

/** Has the program want these resources from now on. */
export function want(engine: Engine, ...resources: readonly Wanted[]): Promise<void> {
  return engine.setConfig("wanted:resources", JSON.stringify(resources));
}

/** An output of another resource: `ref("ml.id")`. */
export const ref = (path: string): object => ({ $output: path });

const inMl = { workspaceId: ref("ml.id") };

/** A Workspace `ml` with both Services in both regions, and cheap things to put into it. */
export const ml: Wanted = {
  kind: "Workspace",
  name: "ml",
  args: {
    name: "ml",
    services: [
      { service: "notebook", regions: ["tokyo", "hanoi"] },
      { service: "container", regions: ["hanoi"] },
    ],
  },
};

export const notebook = (args: object = {}, name = "research"): Wanted => ({
  kind: "Notebook",
  name,
  args: {
    ...inMl,
    name,
    region: "hanoi",
    flavor: "cpu-small",
    image: "jupyter-base",
    homeVolume: { sizeGib: 10 },
    ...args,
  },
});

export const container = (args: object = {}, name = "llm"): Wanted => ({
  kind: "GpuContainer",
  name,
  args: { ...inMl, name, region: "hanoi", flavor: "h100-sxm5-1", template: "vllm", ...args },
});

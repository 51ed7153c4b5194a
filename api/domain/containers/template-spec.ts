import type { ContainerSpec } from "#domain/resources/types.ts";
import type { EnvEntry } from "./split-env.ts";

/** What a template gives to the containers that are made of it. Secret values are in it, and never shown. */
export interface TemplateSpec {
  image: string;
  ports: ContainerSpec["ports"];
  env: EnvEntry[];
  command: string[] | null;
  disk: { sizeGib: number; mountPath: string } | null;
}

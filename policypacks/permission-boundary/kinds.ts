import type { Action } from "@aifactory/sdk/policy";

/** What creating each kind asks for. */
const CREATE: Readonly<Record<string, Action>> = {
  Notebook: "notebook:create",
  GpuContainer: "container:create",
};

/** The kind of one of our resources, whichever face registered it; undefined for what is not ours. */
export function kindOf(type: string): string | undefined {
  return /^(?:pulumi-nodejs:dynamic\/aifactory|aifactory:index):(\w+)$/.exec(type)?.[1];
}

/** The action by which a resource of this type comes to be; undefined where no boundary decides on it. */
export function createAction(type: string): Action | undefined {
  return CREATE[kindOf(type) ?? ""];
}

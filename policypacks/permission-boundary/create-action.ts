import { kindOf } from "@aifactory/policy-kit";
import type { Action } from "@aifactory/sdk/policy";

/** What creating each kind asks for: a kind that boundaries are to govern is one more row. */
const CREATE: Readonly<Record<string, Action>> = {
  Notebook: "notebook:create",
  GpuContainer: "container:create",
  Volume: "container:create-volume",
};

/** The action by which a resource of this type comes to be; undefined where no boundary decides on it. */
export function createAction(type: string): Action | undefined {
  return CREATE[kindOf(type) ?? ""];
}

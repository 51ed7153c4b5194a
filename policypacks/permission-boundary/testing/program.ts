import { resource, unknown, type ProgramResource } from "@aifactory/policy-kit/testing";
import type { Statement } from "@aifactory/sdk/policy";

type Properties = ProgramResource["properties"];
type Value = Properties[string];

export const workspace = (name: string, more: Properties = {}): ProgramResource =>
  resource("Workspace", name, { name, ...more });

export const policy = (
  name: string,
  statements: readonly Statement[] | Value,
  more: Properties = {},
): ProgramResource => resource("Policy", name, { name, statements: statements as Value, ...more });

/** An attachment whose ids are not there yet. */
export const attach = (
  place: ProgramResource,
  attached: ProgramResource,
  more: Properties = {},
): ProgramResource =>
  resource(
    "PolicyAttachment",
    `${place.name}-${attached.name}`,
    { workspaceId: unknown, policyId: unknown, ...more },
    { workspaceId: [place], policyId: [attached] },
  );

/** A notebook or container in a Workspace that is not there yet. */
export const inside = (
  place: ProgramResource,
  region: Value,
  name = `in-${String(region)}`,
  kind: "Notebook" | "GpuContainer" = "Notebook",
): ProgramResource =>
  resource(kind, name, { workspaceId: unknown, region }, { workspaceId: [place] });

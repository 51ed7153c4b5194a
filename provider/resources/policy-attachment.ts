import type { Client } from "@aifactory/sdk";
import { checkFields, diffFields, type Fields } from "./fields.ts";
import { ifGone } from "./if-gone.ts";
import type { Resource } from "./resource.ts";
import * as rules from "./rules.ts";

export interface PolicyAttachmentInputs {
  readonly workspaceId: string;
  readonly policyId: string;
  /** Whose identity policy it becomes; the Workspace's boundary without it (POL-2). */
  readonly userId?: string;
}

export type PolicyAttachmentOutputs = PolicyAttachmentInputs;

const fields: Fields = {
  workspaceId: { rule: rules.id("ws"), required: true, replaces: true },
  policyId: { rule: rules.id("pol"), required: true, replaces: true },
  userId: { rule: rules.id("usr", "sa"), default: null, replaces: true },
};

/** A Policy in the boundary of a Workspace, or on a membership of it; its id is made of what it joins. */
export const policyAttachment: Resource<PolicyAttachmentInputs, PolicyAttachmentOutputs> = {
  check: (news) => checkFields(fields, news),
  // The new one is attached before the old one goes, lest a boundary vanishes for a moment (IAC-3). To attach the same
  // Policy again, as an enforced replacement does, it has to go first.
  diff: (olds, news) => diffFields(fields, olds, news, (replaces) => replaces.length === 0),

  async create({ client, say }, inputs) {
    const { workspaceId, policyId, userId } = inputs;
    const path = { workspaceId, policyId };
    const { warnings } = await (userId === undefined
      ? client.attachWorkspacePolicy({ path })
      : client.attachMemberPolicy({ path: { ...path, userId } }));
    for (const { message } of warnings) say(`warning: ${message}`);
    return { id: idOf(inputs), outputs: inputs };
  },

  async read({ client }, id) {
    const inputs = inputsOf(id);
    const attached = (await ifGone(attachedPolicies(client, inputs), null)) ?? [];
    return attached.includes(inputs.policyId) ? { id, outputs: inputs } : null;
  },

  // Everything it is made of replaces it.
  update: async (_context, _id, olds) => olds,

  async delete({ client }, id) {
    const { workspaceId, policyId, userId } = inputsOf(id);
    const path = { workspaceId, policyId };
    await ifGone<unknown, null>(
      userId === undefined
        ? client.detachWorkspacePolicy({ path })
        : client.detachMemberPolicy({ path: { ...path, userId } }),
      null,
    );
  },
};

async function attachedPolicies(
  client: Client,
  { workspaceId, userId }: PolicyAttachmentInputs,
): Promise<string[]> {
  if (userId === undefined) {
    const { items } = await client.listWorkspacePolicies({ path: { workspaceId } });
    return items.map(({ id }) => id);
  }
  const { items } = await client.listMemberPolicies({ path: { workspaceId, userId } });
  return items.map(({ policyId }) => policyId);
}

const idOf = ({ workspaceId, policyId, userId }: PolicyAttachmentInputs): string =>
  [workspaceId, ...(userId === undefined ? [] : [userId]), policyId].join("/");

function inputsOf(id: string): PolicyAttachmentInputs {
  const [workspaceId = "", ...rest] = id.split("/");
  const policyId = rest.at(-1) ?? "";
  return rest.length > 1 ? { workspaceId, policyId, userId: rest[0]! } : { workspaceId, policyId };
}

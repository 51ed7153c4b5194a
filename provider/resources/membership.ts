import { NotFoundError, type Client } from "@aifactory/sdk";
import { checkFields, diffFields, type Fields } from "./fields.ts";
import { ifGone } from "./if-gone.ts";
import type { Resource } from "./resource.ts";
import * as rules from "./rules.ts";

export interface MembershipInputs {
  readonly workspaceId: string;
  readonly userId: string;
  readonly role: "Admin" | "Member";
}

export type MembershipOutputs = MembershipInputs;

const fields: Fields = {
  workspaceId: { rule: rules.id("ws"), required: true, replaces: true },
  userId: { rule: rules.id("usr", "sa"), required: true, replaces: true },
  role: { rule: rules.oneOf("Admin", "Member"), required: true },
};

/** A person or service account in a Workspace (ORG-5); its id is `workspaceId/userId`. */
export const membership: Resource<MembershipInputs, MembershipOutputs> = {
  check: (news) => checkFields(fields, news),
  // The same membership twice is one, so an enforced replacement has to remove it first.
  diff: (olds, news) => diffFields(fields, olds, news, (replaces) => replaces.length === 0),

  async create({ client }, inputs) {
    const { workspaceId, userId } = inputs;
    return { id: `${workspaceId}/${userId}`, outputs: await put(client, inputs) };
  },

  async read({ client }, id) {
    const live = await ifGone(client.getMember({ path: pathOf(id) }), null);
    if (live === null) return null;
    return { id, outputs: { ...pathOf(id), role: live.role } };
  },

  update: ({ client }, _id, _olds, news) => put(client, news),

  async delete({ client }, id) {
    await ifGone(client.removeMember({ path: pathOf(id) }), null);
  },
};

async function put(client: Client, inputs: MembershipInputs): Promise<MembershipOutputs> {
  const { workspaceId, userId, role } = inputs;
  try {
    await client.putMember({ path: { workspaceId, userId }, body: { role } });
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    // The answer is the same for a Workspace that there is not.
    await client.getWorkspace({ path: { workspaceId } });
    throw new Error(
      `Nobody on this site is ${userId}. Membership.userId is the id of a person who has signed in, or of a service account of the Organization.`,
      { cause: error },
    );
  }
  return { workspaceId, userId, role };
}

function pathOf(id: string): { workspaceId: string; userId: string } {
  const [workspaceId = "", userId = ""] = id.split("/");
  return { workspaceId, userId };
}

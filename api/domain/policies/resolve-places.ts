import { nearestName, type NamedPolicy } from "@aifactory/sdk/policy";
import { eq } from "drizzle-orm";
import { policies } from "#db/schema/organizations.ts";
import type { ReadContext } from "#domain/context.ts";
import { InputError, notFound, type InputProblem } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import type { Place, Proposal } from "./propose.ts";
import type { SavedAccess } from "./workspace-access.ts";

/** Where a Policy is to be attached or detached, by name and public ids. */
export interface NamedPlace {
  readonly policy: string;
  readonly workspaceId: string;
  readonly userId?: string | undefined;
}

interface Named {
  readonly proposed: ReadonlyMap<string, NamedPolicy>;
  readonly attach: readonly NamedPlace[];
  readonly detach: readonly NamedPlace[];
}

/**
 * The attachments of a proposal. Throws `not_found` for Workspaces and members, and `invalid_input` for Policies that
 * are neither saved nor proposed, or not attached where they are to be detached.
 */
export async function resolvePlaces(
  ctx: ReadContext,
  saved: SavedAccess,
  { proposed, attach, detach }: Named,
): Promise<Pick<Proposal, "attach" | "detach">> {
  const known = new Map<string, NamedPolicy>(saved.policies.map((it) => [it.name, it]));
  for (const [name, policy] of proposed) known.set(name, policy);
  await refuseUnknown(ctx, attach, known);
  const attached = attach.map((one) => ({
    ...placeOf(one, saved, "attach"),
    policy: known.get(one.policy)!,
  }));
  const detached = detach.map((one) => ({
    ...placeOf(one, saved, "detach"),
    policy: one.policy,
  }));
  const problems = detach.flatMap((one, index) => problemOfDetachment(one, index, saved, attach));
  if (problems.length > 0) throw new InputError(problems);
  return { attach: attached, detach: detached };
}

/** Comparing a thousand names with a thousand others would hold up everybody for seconds. */
const MOST_SUGGESTED = 5;
const MOST_COMPARED = 1_000;

/** The names of other Policies are read only to suggest one. */
async function refuseUnknown(
  { site, authorization }: ReadContext,
  attach: readonly NamedPlace[],
  known: ReadonlyMap<string, NamedPolicy>,
): Promise<void> {
  if (attach.every(({ policy }) => known.has(policy))) return;
  const others = await site.database.read
    .select({ name: policies.name })
    .from(policies)
    .where(eq(policies.organizationId, authorization.target.organizationId))
    .limit(MOST_COMPARED);
  const names = new Set([...known.keys(), ...others.map(({ name }) => name)]);
  let suggested = 0;
  throw new InputError(
    attach.flatMap(({ policy }, index) => {
      if (known.has(policy)) return [];
      const message = `There is no Policy "${policy}", saved or proposed.`;
      const suggestion = suggested++ < MOST_SUGGESTED ? nearestName(policy, names) : undefined;
      const problem = { pointer: `/attach/${index}/policy`, code: "unknown_policy", message };
      return [suggestion === undefined ? problem : { ...problem, suggestion }];
    }),
  );
}

/** Policies are attached to members, and detached also from those whose Policies wait for a return. */
function placeOf(
  { workspaceId, userId }: NamedPlace,
  saved: SavedAccess,
  to: "attach" | "detach",
): Place {
  const workspace = workspaceOf(workspaceId, saved);
  if (userId === undefined) return { workspaceId: workspace.id, userId: null };
  const holder = workspace.members.find((member) => member.userId === userId);
  if (holder === undefined || (holder.role === null && to === "attach")) throw notFound("member");
  return { workspaceId: workspace.id, userId };
}

function workspaceOf(workspaceId: string, saved: SavedAccess) {
  const key = keyOf(workspaceId);
  const workspace = saved.workspaces.find(({ id }) => id === key);
  if (workspace === undefined) throw notFound("workspace");
  return workspace;
}

function problemOfDetachment(
  one: NamedPlace,
  index: number,
  saved: SavedAccess,
  attach: readonly NamedPlace[],
): InputProblem[] {
  const pointer = `/detach/${index}`;
  const { boundaries, members } = workspaceOf(one.workspaceId, saved);
  const here =
    one.userId === undefined
      ? boundaries
      : members.find(({ userId }) => userId === one.userId)!.identityPolicies;
  if (!here.some(({ name }) => name === one.policy)) {
    const message = `The Policy "${one.policy}" is not attached there.`;
    return [{ pointer, code: "not_attached", message }];
  }
  const same = (other: NamedPlace) =>
    other.policy === one.policy &&
    other.workspaceId === one.workspaceId &&
    other.userId === one.userId;
  if (!attach.some(same)) return [];
  const message = `The Policy "${one.policy}" is to be attached there, too.`;
  return [{ pointer, code: "contradiction", message }];
}

import type { Access, Explanation } from "./access.ts";
import { blame } from "./blame.ts";
import { enumerate } from "./cite.ts";
import type { Question } from "./filter.ts";
import { remedyOf } from "./remedy.ts";

/** The names that a message needs beyond the access. */
export interface MessageContext {
  /** The Workspace's name. */
  readonly workspace: string;
}

/**
 * Why something is denied and what would allow it; null for what is allowed (POL-5). Tells nothing that a Member may
 * not know (RBAC-8). Statements are counted from 1 here, from 0 in data. Always of this shape:
 * `DENIED notebook:create in tokyo – boundary "vn-only" (workspace ml): no Allow matches; nearest statement 2 allows hanoi. …`
 */
export function denialMessage(
  access: Access,
  question: Question,
  { workspace }: MessageContext,
): string | null {
  const explanation = access.explain(question.action, question.region, question);
  if (explanation.decision === "allow") return null;
  const { culprit, reason } = blame(access, question, explanation);
  const what = `DENIED ${question.action} in ${question.region} – ${culprit} (workspace ${workspace})`;
  return `${what}: ${reason} ${advice(access, question, explanation)}`;
}

/** The remedy as a sentence. */
function advice(access: Access, question: Question, { layer }: Explanation): string {
  const { allowedRegions } = remedyOf(access, question, layer);
  const ask =
    allowedRegions.length > 0
      ? `Use ${enumerate(allowedRegions, "or")}, or ask the Owner`
      : "Ask the Owner";
  const change = `${question.action} in ${question.region}`;
  switch (layer) {
    case "service":
      return `${ask} to enable the Service there.`;
    case "explicitDeny":
      return `${ask} to narrow the Deny; no Allow outweighs it.`;
    case "boundary":
      return `${ask} to allow ${change} in a boundary of the Workspace.`;
    case "identity":
      return `${ask} to allow ${change} in a Policy of the membership.`;
    default:
      return "Ask whoever created the resource, or an Admin of the Workspace.";
  }
}

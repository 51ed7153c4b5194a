import type { SavedWorkspace } from "@aifactory/policy-kit";
import type { SavedPolicy } from "./configuration.ts";

/** What the control plane has, as far as it decides on a program. */
export interface Saved {
  /** Every Workspace that the token may see. */
  readonly workspaces: readonly SavedWorkspace[];
  readonly policies: readonly SavedPolicy[];
  readonly attachments: readonly SavedAttachment[];
  /** Ids of the Workspaces of which the principal is a member; null without a principal. */
  readonly memberOf: readonly string[] | null;
  /** The principal owns the Organization: no Policy binds them (POL-2). */
  readonly isOwner: boolean;
  readonly regions: readonly string[];
}

export interface SavedAttachment {
  readonly workspaceId: string;
  readonly policyId: string;
  /** On the membership of the principal; otherwise it is a boundary. */
  readonly isIdentity: boolean;
}

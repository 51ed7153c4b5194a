export { ConfigurationError } from "./configuration-error.ts";
export { resourcePolicy, stackPolicy } from "./define-policy.ts";
export type { Finding } from "./finding.ts";
export { kindOf } from "./kinds.ts";
export { liveSchema, readLive, type Connection, type Live } from "./live.ts";
export { member, readProps, UNKNOWN } from "./read.ts";
export { ownReference, referenceOf, relate, type Reference } from "./reference.ts";
export type { Properties, Schema } from "./schema-problems.ts";
export { realWorld, type World } from "./world.ts";
export {
  readWorkspaces,
  relateNamed,
  relateWorkspaces,
  touchedWorkspaces,
  workspaceName,
  type OwnWorkspace,
  type SavedWorkspace,
  type Workspaces,
} from "./workspaces.ts";

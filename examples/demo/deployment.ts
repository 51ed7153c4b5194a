import { bySdk } from "./by-sdk.ts";
import { byPulumi, pulumiIsHere } from "./by-pulumi.ts";

/** The ids of what the story makes. */
export interface Made {
  workspaceId: string;
  notebookId: string;
  containerId: string;
}

export interface Deployment {
  up(): Promise<Made>;
  destroy(): Promise<void>;
}

/** In whose name. */
export interface Access {
  url: string;
  organizationId: string;
  token: string;
}

/** How the resources come and go: by `pulumi up`, or by the SDK where there is no Pulumi CLI. */
export function deploymentFor(stack: AsyncDisposableStack, access: Access): Deployment {
  return pulumiIsHere() ? byPulumi(stack, access) : bySdk(access);
}

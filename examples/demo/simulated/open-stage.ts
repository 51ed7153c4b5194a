import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient, type Client } from "@aifactory/sdk";
import { startControlPlane } from "../control-plane.ts";
import { line } from "../print.ts";
import { deploymentFor } from "../deployment.ts";
import type { Stage } from "../story.ts";
import { movableTime } from "./movable-time.ts";

/** The story's stage as `npm start` makes it: simulated regions, a local issuer, a clock that the operator moves. */
export async function openSimulatedStage(stack: AsyncDisposableStack): Promise<Stage> {
  const { url, dataDir } = await startControlPlane(stack);
  const local = JSON.parse(readFileSync(join(dataDir, "local.json"), "utf8")) as LocalFile;
  line(`Control plane on ${url}, simulated regions hanoi and tokyo, embedded PostgreSQL`);
  const { organizationId, ownerToken, operatorToken } = local;
  const owner = createClient({ url, token: ownerToken });
  // A simulated day takes its time.
  const operator = createClient({ url, token: operatorToken, timeoutSeconds: 300 });
  return {
    deployment: deploymentFor(stack, { url, organizationId, token: ownerToken }),
    organizationId,
    owner,
    operator,
    member: (workspaceId) => mintMember(url, operator, organizationId, workspaceId),
    time: movableTime(operator, owner, organizationId),
  };
}

interface LocalFile {
  organizationId: string;
  ownerToken: string;
  operatorToken: string;
}

async function mintMember(
  url: string,
  operator: Client,
  organizationId: string,
  workspaceId: string,
): Promise<Client> {
  const { token } = await operator.mintToken({
    body: {
      organizationId,
      email: "minh@example.com",
      workspaces: [{ workspaceId, role: "Member" }],
    },
  });
  return createClient({ url, token: token! });
}

import { createClient } from "@aifactory/sdk";
import { startControlPlane } from "./control-plane.ts";
import { byPulumi, pulumiIsHere } from "./pulumi.ts";
import { line } from "./print.ts";
import { bySdk } from "./resources.ts";
import { tellStory } from "./story.ts";

const controlPlane = await startControlPlane();
try {
  const { url, organizationId, ownerToken } = controlPlane;
  line(`Control plane on ${url}, simulated regions hanoi and tokyo, embedded PostgreSQL`);
  const deployment = pulumiIsHere()
    ? byPulumi(url, organizationId, ownerToken)
    : bySdk(url, organizationId, ownerToken);
  await tellStory({
    deployment,
    organizationId,
    owner: createClient({ url, token: ownerToken }),
    // A simulated day takes its time.
    operator: createClient({ url, token: controlPlane.operatorToken, timeoutSeconds: 300 }),
    signIn: (token) => createClient({ url, token }),
  });
} finally {
  await controlPlane.stop();
}

import { randomBytes } from "node:crypto";
import { createClient } from "@aifactory/sdk";
import { startControlPlane } from "../control-plane.ts";
import { deploymentFor } from "../deployment.ts";
import { line } from "../print.ts";
import type { Stage } from "../story.ts";
import { objectsOf } from "./objects.ts";
import { openCluster } from "./open-cluster.ts";
import { startPeople } from "./people.ts";
import { realTime } from "./real-time.ts";
import { writeSiteFile } from "./site-file.ts";

/** The story's stage on a real Kubernetes API: a real site, so an issuer, API tokens, and the clock as it is. */
export async function openClusterStage(
  stack: AsyncDisposableStack,
  kubeconfig: string | null,
): Promise<Stage> {
  const name = `demo-${randomBytes(2).toString("hex")}`;
  const cluster = await openCluster(stack, { kubeconfig, name });
  line(`Kubernetes ${cluster.version} at ${cluster.url}, simulated nodes with H100 and H200`);
  const people = await startPeople(stack);
  const operatorToken = randomBytes(24).toString("hex");
  const { url } = await startControlPlane(stack, {
    AIFACTORY_SITE_FILE: writeSiteFile(stack, name, cluster),
    AIFACTORY_OPERATOR_TOKEN: operatorToken,
    OIDC_ISSUER: people.issuer,
    OIDC_AUDIENCE: people.audience,
  });
  line(`Control plane on ${url}, regions hanoi and tokyo, embedded PostgreSQL`);
  const { organizationId, token } = await people.owner(url);
  const owner = createClient({ url, token });
  return {
    deployment: deploymentFor(stack, { url, organizationId, token }),
    organizationId,
    owner,
    operator: createClient({ url, token: operatorToken }),
    member: (workspaceId) => people.member(url, owner, workspaceId),
    time: realTime(owner, organizationId),
    kubernetes: objectsOf(cluster.admin, name),
  };
}

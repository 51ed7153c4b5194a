import { paths } from "./api/paths.ts";
import type { Hands } from "./apply-workload.ts";
import type { KubernetesObject } from "./api/object.ts";
import type { KubernetesClient } from "./api/client.ts";
import type { Reflector } from "./view/reflector.ts";
import { removeKnown } from "./remove-known.ts";
import { namespaceOf, resourceName } from "./names.ts";
import type { OwnPod } from "./view/pod-facts.ts";

/** Asks for the removal of a Pod; at once where its node is gone, for nobody else would end it. See `removeKnown`. */
export function removePod(
  { client, view }: Hands,
  pod: OwnPod,
  nodeGone: boolean,
): Promise<boolean> {
  return removeKnown(client, view.pods, paths.pods, pod, nodeGone);
}

/** Removes what stands around a workload. What is owned by its Secret and known to nobody goes with the Secret. */
export async function removeSurroundings(
  { client, config, view }: Hands,
  workspaceId: string,
  resourceId: string,
): Promise<void> {
  const namespace = namespaceOf(config, workspaceId);
  await Promise.all([
    ...view
      .routesOf(resourceId)
      .map(({ name }) =>
        removeFrom(view.routes, client, paths.httpRoutes(namespace, name), { namespace, name }),
      ),
    ...view
      .servicesOf(resourceId)
      .map(({ name }) =>
        removeFrom(view.services, client, paths.services(namespace, name), { namespace, name }),
      ),
    client.delete(paths.secrets(namespace, resourceName(resourceId)), {
      propagationPolicy: "Background",
    }),
  ]);
}

/** Removes an object. What has a finalizer, as a load balancer's Service does, stays for a while and is answered with. */
export async function removeFrom<T>(
  known: Reflector<T>,
  client: KubernetesClient,
  path: string,
  { namespace, name }: { namespace: string; name: string },
): Promise<void> {
  const uid = known.uidOf(namespace, name);
  const answer = await client.delete<KubernetesObject>(path);
  if (answer?.metadata?.deletionTimestamp !== undefined) known.put(answer);
  else if (uid !== undefined) known.drop(namespace, name, { uid });
}

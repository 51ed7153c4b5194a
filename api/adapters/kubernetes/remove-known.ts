import type { KubernetesClient } from "./api/client.ts";
import { isRefusal } from "./api/errors.ts";
import type { KubernetesObject, ObjectList } from "./api/object.ts";
import type { Reflector } from "./view/reflector.ts";

interface Known {
  namespace: string;
  name: string;
  uid: string;
  version: string;
}

type Paths = (namespace: string, name?: string) => string;

/**
 * Asks for the removal of an object as it is known, `atOnce` where nobody else would end it. What happened to it since,
 * unseen because a watch was cut, is taken in instead, to be recorded before it goes (BIL-1). Answers whether it was asked for.
 */
export async function removeKnown<T>(
  client: KubernetesClient,
  known: Reflector<T>,
  paths: Paths,
  { namespace, name, uid, version }: Known,
  atOnce = false,
): Promise<boolean> {
  try {
    const answer = await client.delete<KubernetesObject>(paths(namespace, name), {
      preconditions: { uid, resourceVersion: version },
      ...(atOnce && { gracePeriodSeconds: 0 }),
    });
    // Of what goes at once, the answer is a mere word.
    if (answer?.metadata?.uid !== uid || atOnce) known.drop(namespace, name, { uid });
    else known.put(answer);
    return true;
  } catch (error) {
    if (!isRefusal(error, 409)) throw error;
    await lookFor(client, known, paths, { namespace, name });
    return false;
  }
}

/** Takes in what the cluster has under a name now. */
export async function lookFor<T>(
  client: KubernetesClient,
  known: Reflector<T>,
  paths: Paths,
  { namespace, name }: { namespace: string; name: string },
): Promise<void> {
  const fieldSelector = `metadata.name=${name}`;
  const { items, metadata } = await client.get<ObjectList>(paths(namespace), { fieldSelector });
  if (items.length === 0) known.drop(namespace, name, { version: metadata.resourceVersion });
  for (const item of items) known.put(item);
}

import { isCode, MERGE } from "../../support/cluster/connect.ts";
import type { Random } from "../../e2e/crash/random.ts";
import type { PatientConnection } from "../site/patient-connection.ts";
import type { ChaosSite } from "../site/site.ts";

/** What operators and others do to a cluster that belongs to the product. */

const GATEWAY = { group: "gateway.networking.k8s.io", version: "v1" } as const;
const ELSEWHERE = { "aifactory.dev/resource": "elsewhere" };
const NO_PODS = "no-pods";

const ours = ({ clusterId }: ChaosSite) => ({
  labelSelector: `aifactory.dev/cluster=${clusterId}`,
});

export async function deletePodsByHand(
  { core }: PatientConnection,
  site: ChaosSite,
  random: Random,
): Promise<void> {
  const { items } = await core.listPodForAllNamespaces(ours(site));
  for (let count = random.integer(1, 3); count > 0 && items.length > 0; count--) {
    const { metadata } = random.pick(items);
    const pod = { name: metadata!.name!, namespace: metadata!.namespace! };
    const force = random.next() < 0.4 ? { gracePeriodSeconds: 0 } : {};
    await unlessGone(core.deleteNamespacedPod({ ...pod, ...force }));
  }
}

/** Services and routes are removed, or led elsewhere. */
export async function changeByHand(
  { core, custom }: PatientConnection,
  site: ChaosSite,
  random: Random,
): Promise<void> {
  const services = (await core.listServiceForAllNamespaces(ours(site))).items;
  for (const { metadata } of services.filter(() => random.next() < 0.3)) {
    const service = { name: metadata!.name!, namespace: metadata!.namespace! };
    const body = { spec: { selector: ELSEWHERE } };
    await unlessGone(
      random.next() < 0.5
        ? core.deleteNamespacedService(service)
        : core.patchNamespacedService({ ...service, body }, MERGE),
    );
  }
  const routes = await custom.listCustomObjectForAllNamespaces({
    ...GATEWAY,
    ...ours(site),
    resourcePlural: "httproutes",
  });
  for (const { metadata } of routes.items.filter(() => random.next() < 0.3)) {
    const { name, namespace } = metadata;
    const route = { ...GATEWAY, plural: "httproutes", name, namespace };
    const body = { spec: { hostnames: ["elsewhere.example"] } };
    await unlessGone(
      random.next() < 0.5
        ? custom.deleteNamespacedCustomObject(route)
        : custom.patchNamespacedCustomObject({ ...route, body }, MERGE),
    );
  }
}

/** No Pod more fits into any namespace for a while. */
export async function fillNamespace(
  { core }: PatientConnection,
  site: ChaosSite,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const namespaces = (await core.listNamespace(ours(site))).items.map(
    ({ metadata }) => metadata!.name!,
  );
  const body = { metadata: { name: NO_PODS }, spec: { hard: { pods: "0" } } };
  for (const namespace of namespaces)
    await unlessGone(core.createNamespacedResourceQuota({ namespace, body }), 403, 409);
  await meanwhile();
  for (const namespace of namespaces)
    await unlessGone(core.deleteNamespacedResourceQuota({ name: NO_PODS, namespace }));
}

async function unlessGone(work: Promise<unknown>, ...alike: number[]): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (![404, ...alike].some((code) => isCode(error, code))) throw error;
  }
}

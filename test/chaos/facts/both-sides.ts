import type { V1Pod } from "@kubernetes/client-node";
import { publicId } from "../../../api/domain/ids.ts";
import type { WantedSite } from "../../e2e/crash/wanted.ts";
import { queryAsOwner } from "../../e2e/crash/witness.ts";
import type { PatientConnection } from "../site/patient-connection.ts";
import type { ChaosSite } from "../site/site.ts";
import type { Told } from "../story/lives.ts";
import { expectedObjects, type Living, type LivingVolume } from "./expected-objects.ts";

const LIVING = `select id, workspace_id, kind, status, desired_state, generation, spec, flavor
  from resources where deleted_at is null order by id`;
const VOLUMES = `select id, workspace_id, status, size_gib from volumes where deleted_at is null order by id`;
const WORKSPACES = "select id from workspaces where deleted_at is null order by id";
const PARKED = "select kind, key, last_error from work_items where parked_at is not null";

const GATEWAY = { group: "gateway.networking.k8s.io", version: "v1" } as const;

/**
 * What is not equal between the database, the cluster and what the client was promised; nothing when all agree. The
 * cluster's side is read anew from the API server, and what should be there is worked out from the database alone.
 */
export async function differences(
  admin: PatientConnection,
  site: ChaosSite,
  wanted: WantedSite,
): Promise<string[]> {
  const read = <T>(sql: string) =>
    queryAsOwner<T & Record<string, unknown>>(site.database.adminUrl, sql);
  const living = await read<Living>(LIVING);
  const volumes = await read<LivingVolume>(VOLUMES);
  const workspaces = await read<{ id: string }>(WORKSPACES);
  const held = await objectsOf(admin, site);
  return [
    ...compare(held.names, expectedObjects(site.prefix, { living, volumes, workspaces })),
    ...living.flatMap((it) => podDifferences(it, held.pods, held.nodes)),
    ...volumes.flatMap(({ id, status }) => (status === "AVAILABLE" ? [] : [`${id} is ${status}`])),
    ...promises(living, wanted),
    ...(await read(PARKED)).map((it) => `parked: ${JSON.stringify(it)}`),
  ];
}

/** Everything of the site on its cluster, each with what of it must be so. */
async function objectsOf({ core, custom }: PatientConnection, { clusterId, prefix }: ChaosSite) {
  const ours = { labelSelector: `aifactory.dev/cluster=${clusterId}` };
  const pods = (await core.listPodForAllNamespaces(ours)).items;
  const services = (await core.listServiceForAllNamespaces(ours)).items;
  const secrets = (await core.listSecretForAllNamespaces(ours)).items;
  const claims = (await core.listPersistentVolumeClaimForAllNamespaces(ours)).items;
  const namespaces = (await core.listNamespace()).items;
  const nodes = (await core.listNode()).items;
  const all = { ...GATEWAY, ...ours };
  const routes = (
    await custom.listCustomObjectForAllNamespaces({ ...all, resourcePlural: "httproutes" })
  ).items;
  const policies = (
    await custom.listCustomObjectForAllNamespaces({
      ...ours,
      group: "networking.k8s.io",
      version: "v1",
      resourcePlural: "networkpolicies",
    })
  ).items.filter((it: any) => it.metadata.labels["aifactory.dev/resource"] !== undefined);
  return {
    pods,
    nodes: new Set(nodes.map(({ metadata }) => metadata!.name!)),
    names: [
      ...pods.map(({ metadata }) => `Pod ${metadata!.name}`),
      ...secrets.map(({ metadata }) => `Secret ${metadata!.name}`),
      ...services.map(({ metadata, spec }) => {
        const ports = spec!.ports!.map(({ port }) => port).toSorted((a, b) => a - b);
        const to = spec!.selector?.["aifactory.dev/resource"];
        return `Service ${metadata!.name} ${spec!.type} ${ports.join(",")} to ${to}`;
      }),
      ...routes.map(({ metadata, spec }: any) => {
        const [backend] = spec.rules[0].backendRefs;
        return `HTTPRoute ${metadata.name} ${spec.hostnames.join(",")} to ${backend.name}:${backend.port}`;
      }),
      ...policies.map(({ metadata }: any) => `NetworkPolicy ${metadata.name}`),
      ...claims.map(
        ({ metadata, status }) =>
          `Claim ${metadata!.name} ${status!.phase} ${status!.capacity?.storage}`,
      ),
      ...namespaces
        .filter(({ metadata }) => metadata!.name!.startsWith(prefix))
        .map(({ metadata, status }) => `Namespace ${metadata!.name} ${status!.phase}`),
    ],
  };
}

function compare(there: string[], expected: { must: string[]; may: string[] }): string[] {
  const known = new Set([...expected.must, ...expected.may]);
  const found = new Set(there);
  return [
    ...expected.must.filter((it) => !found.has(it)).map((it) => `missing: ${it}`),
    ...there.filter((it) => !known.has(it)).map((it) => `too much: ${it}`),
  ];
}

/** What is asked to run has one Pod, which is ready on a node that is there, and says so; what is not has none. */
function podDifferences(
  { id, status, desired_state: state, generation }: Living,
  pods: V1Pod[],
  nodes: Set<string>,
): string[] {
  const own = pods.filter(({ metadata }) => metadata!.labels!["aifactory.dev/resource"] === id);
  if (state !== "running")
    return status === "STOPPED" || status === "FAILED" ? [] : [`${id} is ${status}`];
  const ready = own.filter(
    ({ metadata, spec, status: now }) =>
      metadata!.deletionTimestamp === undefined &&
      nodes.has(spec!.nodeName ?? "") &&
      metadata!.labels!["aifactory.dev/generation"] === String(generation) &&
      now!.conditions?.some((it) => it.type === "Ready" && it.status === "True"),
  );
  const isRight = own.length === 1 && ready.length === 1 && status === "RUNNING";
  return isRight ? [] : [`${id} is ${status}, ${ready.length} ready: ${own.map(shown).join("; ")}`];
}

/** Where it is, and what it says that it waits for. */
function shown({ metadata, spec, status }: V1Pod): string {
  const waits = (status!.conditions ?? []).filter((it) => it.status !== "True");
  const why = waits.map(({ type, reason, message }) => [type, reason, message].join(" "));
  return [metadata!.name, spec!.nodeName ?? "nowhere", status!.phase, ...why].join(", ");
}

function promises(living: Living[], { living: wanted }: WantedSite): string[] {
  const rows = new Map(living.map((it) => [publicId(it.kind, it.id), it]));
  const unknown = [...rows.keys()].filter((id) => !wanted.has(id));
  const broken = ([...wanted.values()] as Told[]).flatMap(({ id, running, ended }) => {
    const row = rows.get(id);
    if (row === undefined) return [`${id} was created, and is not there`];
    const isRunning = row.desired_state === "running";
    // Whose process ended by itself may have been stopped for it, before or after it was started again.
    return ended || running === isRunning ? [] : [`${id} should ${running ? "" : "not "}run`];
  });
  return [...unknown.map((id) => `${id} was deleted, and is there`), ...broken];
}

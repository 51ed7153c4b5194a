import { randomUUID } from "node:crypto";
import { Agent } from "undici";
import { credentialsOf, loadKubeConfig } from "../../../api/adapters/kubernetes/api/kube-config.ts";
import type { KubernetesObject, ObjectList } from "../../../api/adapters/kubernetes/api/object.ts";
import { paths } from "../../../api/adapters/kubernetes/api/paths.ts";
import { watchEvents } from "../../../api/adapters/kubernetes/api/watch-events.ts";
import type { KubernetesConfig } from "../../../api/adapters/kubernetes/config.ts";
import { FIELD_MANAGER, namespaceOf, ownSelector } from "../../../api/adapters/kubernetes/names.ts";
import { claimOf } from "../../../api/adapters/kubernetes/render/claim.ts";
import { httpRoutesOf } from "../../../api/adapters/kubernetes/render/http-route.ts";
import {
  namespaceContents,
  namespaceObject,
  type Placed,
} from "../../../api/adapters/kubernetes/render/namespace.ts";
import { podOf } from "../../../api/adapters/kubernetes/render/pod.ts";
import { secretOf } from "../../../api/adapters/kubernetes/render/secret.ts";
import { servicesOf } from "../../../api/adapters/kubernetes/render/service.ts";
import type { Workload } from "../../../api/ports/cluster.ts";
import { isReady } from "./is-ready.ts";
import { rawNotebook } from "./raw-notebook.ts";

/** What the parent asks for. */
export interface RawRound {
  readonly config: KubernetesConfig;
  readonly notebooks: number;
  readonly concurrency: number;
  readonly connections: number;
}

export interface RawResult {
  readonly seconds: number;
  /** The first that was made, as the API server answered it. */
  readonly pod: KubernetesObject;
}

const QUERY = `?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`;

// As long as the product keeps its own.
const IDLE_MS = 60_000;
let connected: Agent | null = null;

// The floor, as a process of its own: nothing but the same objects, applied as fast as it can, and one watch.
process.on("message", (round: RawRound) => {
  run(round).then(
    (result) => process.send!(result),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once("disconnect", () => process.exit());

async function run({ config, notebooks, concurrency, connections }: RawRound): Promise<RawResult> {
  const { server, headers, tls } = await credentialsOf(loadKubeConfig(config));
  const open = (options: Agent.Options) =>
    new Agent({ allowH2: false, connect: { ...tls }, ...options });
  connected ??= open({ connections, keepAliveTimeout: IDLE_MS });
  const [agent, watching] = [connected, open({ bodyTimeout: 0 })];
  const apply = async ({ path, object }: Placed) => {
    for (;;) {
      const answer = await agent.request({
        origin: server,
        path: path + QUERY,
        method: "PATCH",
        headers: { ...headers, "content-type": "application/apply-patch+yaml" },
        body: JSON.stringify(object),
      });
      if (answer.statusCode < 300) return answer.body;
      const refused = await answer.body.text();
      // Two at once changed the namespace's quota.
      if (answer.statusCode !== 409) throw new Error(`${path}: ${answer.statusCode} ${refused}`);
    }
  };
  const applyAll = (objects: Placed[]) =>
    Promise.all(objects.map(async (it) => (await apply(it)).dump()));

  const selector = `labelSelector=${encodeURIComponent(ownSelector(config))}`;
  const list = await agent.request({
    origin: server,
    path: `${paths.allPods}?${selector}&limit=1`,
    method: "GET",
    headers,
  });
  const { metadata } = (await list.body.json()) as ObjectList;
  const { body } = await watching.request({
    origin: server,
    path: `${paths.allPods}?${selector}&watch=true&resourceVersion=${metadata.resourceVersion}`,
    method: "GET",
    headers,
  });
  const allReady = untilReady(body, notebooks);

  const workspaceId = randomUUID();
  const wanted = Array.from({ length: notebooks }, (_, at) => rawNotebook(workspaceId, at));
  let pod: KubernetesObject | null = null;
  const began = performance.now();
  await applyAll([namespaceObject(config, workspaceId)]);
  await applyAll(namespaceContents(config, workspaceId));
  const queue = wanted.values();
  const worker = async () => {
    for (const { workload, volume } of queue) {
      const claim = claimOf(config, volume, null);
      const secret = placed(secretOf(config, workload), paths.secrets);
      const [answer] = await Promise.all([apply(secret), applyAll([placed(claim, paths.claims)])]);
      const { uid } = ((await answer.json()) as KubernetesObject).metadata;
      const anchor = { name: secret.object.metadata.name, uid: uid! };
      await applyAll(around(config, workload, anchor));
      const made = await apply(placed(podOf(config, workload, { attempt: 0, anchor }), paths.pods));
      if (pod === null) pod = (await made.json()) as KubernetesObject;
      else await made.dump();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  await allReady;
  const seconds = (performance.now() - began) / 1000;
  const path = paths.namespaces(namespaceOf(config, workspaceId));
  await (await agent.request({ origin: server, path, method: "DELETE", headers })).body.dump();
  await watching.destroy();
  return { seconds, pod: pod! };
}

function around(
  config: KubernetesConfig,
  workload: Workload,
  anchor: { name: string; uid: string },
) {
  return [
    ...servicesOf(config, workload, anchor).map((it) => placed(it, paths.services)),
    ...httpRoutesOf(config, workload, anchor).map((it) => placed(it, paths.httpRoutes)),
  ];
}

function placed(
  object: KubernetesObject,
  path: (namespace: string, name: string) => string,
): Placed {
  return { path: path(object.metadata.namespace!, object.metadata.name), object };
}

async function untilReady(body: AsyncIterable<Buffer>, notebooks: number): Promise<void> {
  const ready = new Set<string>();
  for await (const { object } of watchEvents(body)) {
    if (isReady(object)) ready.add(object.metadata.name);
    if (ready.size === notebooks) return;
  }
  throw new Error("the watch ended");
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../../../test/support/cluster/connect.ts";
import { line, progress } from "../print.ts";
import type { Kubernetes } from "../story.ts";
import { clusterId, REGIONS } from "./names.ts";

/** Whatever a kind has besides, as JSON. */
interface Found {
  metadata?: { name?: string };
  spec?: any;
  status?: any;
}

const KINDS = {
  Namespace: "v1",
  Secret: "v1",
  Pod: "v1",
  PersistentVolumeClaim: "v1",
  Service: "v1",
  HTTPRoute: "gateway.networking.k8s.io/v1",
  NetworkPolicy: "networking.k8s.io/v1",
} as const;

const GONE_WITHIN_MS = 60_000;

/** What is ours in the cluster, found by its labels as an administrator would. */
export function objectsOf({ objects, core }: Connection, name: string): Kubernetes {
  const clusters = Object.keys(REGIONS).map((region) => clusterId(name, region));
  const selector = `app.kubernetes.io/managed-by=aifactory,aifactory.dev/cluster in (${clusters})`;
  const find = async () => {
    const found = [];
    for (const [kind, version] of Object.entries(KINDS)) {
      const { items } = await objects.list<Found>(version, kind, ...EVERYWHERE, selector);
      for (const object of items) found.push({ kind, object });
    }
    return found;
  };
  const volumes = async () => {
    const { items } = await core.listPersistentVolume();
    return items.filter(({ spec }) => spec!.claimRef?.namespace?.startsWith(`${name}-`));
  };
  return {
    async show() {
      for (const { kind, object } of await find())
        line(`${kind.padEnd(22)}${object.metadata!.name!}${describe(kind, object)}`);
    },
    async expectNothing() {
      let left: string[] = [];
      for (const deadline = Date.now() + GONE_WITHIN_MS; Date.now() < deadline; await sleep(500)) {
        const found = await find();
        left = found.map(({ kind, object }) => `${kind} ${object.metadata!.name}`);
        left.push(...(await volumes()).map(({ metadata }) => `PersistentVolume ${metadata!.name}`));
        if (left.length === 0) return line("The cluster has nothing of it left");
        progress(`${left.length} objects are going`);
      }
      throw new Error(`the cluster still has ${left.join(", ")}`);
    },
  };
}

// Of every namespace; the arguments before the label selector.
const EVERYWHERE = [undefined, undefined, undefined, undefined, undefined] as const;

function describe(kind: string, { spec, status }: Found): string {
  switch (kind) {
    case "Pod":
      return `  ${status.phase} on ${spec.nodeName}, GPUs: ${gpusOf(spec)}`;
    case "PersistentVolumeClaim":
      return `  ${status.phase}, ${status.capacity?.storage}`;
    case "Service":
      return `  ${spec.ports.map((it: { port: number }) => it.port).join(", ")}`;
    case "HTTPRoute":
      return `  ${spec.hostnames.join(", ")}`;
    default:
      return "";
  }
}

const gpusOf = (spec: Found["spec"]): string =>
  spec.containers[0].resources?.limits?.["nvidia.com/gpu"] ?? "0";

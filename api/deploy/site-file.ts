import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { siteFile } from "../domain/catalogue/schema.ts";
import { portOf } from "./egress.ts";
import { serverOf } from "./kubeconfig.ts";
import type { Stack } from "./settings.ts";

/** Where the Pods find what the operator configured. */
export const CONFIG_FOLDER = "/etc/aifactory";
export const kubeconfigPath = (clusterId: string) => `kubeconfigs/${clusterId}`;

// By it a node's account is had from 169.254.169.254.
const CREDENTIALS_PORT = 80;

/** The site file as the Pods get it, and what it needs around it. */
export interface DeployedSite {
  readonly json: string;
  /** Whether one of the clusters is the one that we run in. */
  readonly inCluster: boolean;
  /** Ports of the other clusters' API servers and of what tells how busy GPUs are. */
  readonly ports: readonly number[];
}

/** A part of the configuration that is wrong. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

const cluster = z.looseObject({
  id: z.string(),
  kind: z.string(),
  kubeconfig: z.string().nullish(),
  context: z.string().nullish(),
  prometheusUrl: z.url().nullish(),
});
type Cluster = z.output<typeof cluster>;

// Of the clusters, what the deployment has to do with; the site file's own schema judges the rest.
const outline = z.looseObject({
  regions: z.array(z.looseObject({ clusters: z.array(cluster) })),
});

/** Reads the site file of a stack and gives each cluster its kubeconfig's path in the Pods. */
export function siteOfStack(
  { site, kubeconfigs, egressPorts }: Pick<Stack, "site" | "kubeconfigs" | "egressPorts">,
  root: string,
): DeployedSite | Problem[] {
  let content: unknown;
  try {
    content = JSON.parse(site.startsWith("{") ? site : readFileSync(resolve(root, site), "utf8"));
  } catch (error) {
    return [{ path: "site", message: `cannot be read: ${(error as Error).message}` }];
  }
  const outlined = outline.safeParse(content);
  if (!outlined.success) return problemsOf(outlined.error);
  const clusters = outlined.data.regions.flatMap((region) => region.clusters);
  const refused = [
    ...clusters.flatMap(refuseCluster),
    ...refuseUnknown(clusters, Object.keys(kubeconfigs)),
    ...refuseOwn(clusters.filter(({ id }) => !(id in kubeconfigs))),
    ...refuseClosedPort(clusters, egressPorts),
  ];
  if (refused.length > 0) return refused;
  const servers = clusters.flatMap((it) => giveKubeconfig(it, kubeconfigs[it.id]));
  const problems = servers.filter((it): it is Problem => !(it instanceof URL));
  const complete = siteFile.safeParse(outlined.data);
  if (!complete.success) problems.push(...problemsOf(complete.error));
  if (problems.length > 0) return problems;
  return {
    json: `${JSON.stringify(outlined.data, null, 2)}\n`,
    inCluster: clusters.some(({ kubeconfig }) => kubeconfig == null),
    ports: [
      ...servers.flatMap((it) => (it instanceof URL ? portOf(it.href) : [])),
      ...clusters.flatMap(portOfPrometheus).filter((it) => it !== CREDENTIALS_PORT),
    ],
  };
}

function refuseCluster({ id, kind, kubeconfig }: Cluster): Problem[] {
  if (kind === "simulator")
    return [
      {
        path: `site cluster ${id}`,
        message: "is a simulator, which production refuses; name real clusters, of kind kubernetes",
      },
    ];
  if (kubeconfig == null) return [];
  return [
    {
      path: `site cluster ${id}`,
      message: `has a kubeconfig, which is a path of another machine than the Pods'; leave it out, and set its content as kubeconfigs.${id}`,
    },
  ];
}

function refuseUnknown(clusters: readonly Cluster[], ids: readonly string[]): Problem[] {
  const known = clusters.map(({ id }) => id);
  return ids
    .filter((id) => !known.includes(id))
    .map((id) => ({
      path: `kubeconfigs.${id}`,
      message: `is of no cluster of the site file, which has ${known.join(", ")}`,
    }));
}

/** Of those without a kubeconfig: were one forgotten, its region's workloads would run in the cluster that we run in. */
function refuseOwn(own: readonly Cluster[]): Problem[] {
  const [first, ...others] = own.map(({ id }) => id);
  return [
    ...own
      .filter(({ context }) => context != null)
      .map(({ id }) => ({
        path: `site cluster ${id}`,
        message: `has a context, but no kubeconfig; leave it out, or set kubeconfigs.${id}`,
      })),
    ...others.map((id) => ({
      path: `kubeconfigs.${id}`,
      message: `is missing, as is that of ${first}; only the cluster that the site runs in has none`,
    })),
  ];
}

/** The Service of a Prometheus may have this port; what has to be open is that of its Pods, which only the operator knows. */
function refuseClosedPort(clusters: readonly Cluster[], opened: readonly number[]): Problem[] {
  if (opened.length > 0) return [];
  return clusters
    .filter((it) => portOfPrometheus(it)[0] === CREDENTIALS_PORT)
    .map(({ id }) => ({
      path: "egressPorts",
      message: `is missing: site cluster ${id} asks Prometheus on port 80, which stays closed, for clouds hand out credentials there; open the port of its Pods`,
    }));
}

const portOfPrometheus = ({ prometheusUrl }: Cluster): number[] =>
  prometheusUrl ? [portOf(prometheusUrl)] : [];

/** Answers where its API server is; nothing of the cluster that we run in. */
function giveKubeconfig(it: Cluster, text: string | undefined): (URL | Problem)[] {
  if (text === undefined) return [];
  it.kubeconfig = `${CONFIG_FOLDER}/${kubeconfigPath(it.id)}`;
  try {
    return [serverOf(text, it.context)];
  } catch (error) {
    return [{ path: `kubeconfigs.${it.id}`, message: (error as Error).message }];
  }
}

function problemsOf({ issues }: z.ZodError): Problem[] {
  return issues.map(({ path, message }) => ({ path: `site /${path.join("/")}`, message }));
}

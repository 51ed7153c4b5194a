import type { Output, Resource } from "@pulumi/pulumi";
import { apps, policy } from "@pulumi/kubernetes";
import { REQUEST_DRAIN_MS, WORK_TIMEOUT_MS } from "../../drain.ts";
import { HTTP_PORT, replicaEnvironment } from "../environment.ts";
import type { Settings } from "../read-settings.ts";
import type { Configuration } from "./configuration.ts";
import { labels, selector } from "./place.ts";
import { podTemplate, resourcesOf } from "./pod.ts";

// Gateways go on sending requests for a moment after a replica was told to end.
const LEAVE_SECONDS = 10;
const GRACE_SECONDS = LEAVE_SECONDS + (REQUEST_DRAIN_MS + WORK_TIMEOUT_MS) / 1000 + 15;

/** The replicas; a new one is ready before an old one is told to end. */
export function makeReplicas(
  settings: Settings,
  namespace: Output<string>,
  {
    configuration,
    account,
    dependsOn,
  }: { configuration: Configuration; account: Output<string>; dependsOn: Resource[] },
): void {
  const { metrics, accessCheck, replicas, deployed } = settings;
  const component = "control-plane";
  const template = podTemplate(
    settings,
    configuration,
    {
      component,
      command: ["node", "api/main.ts"],
      plain: replicaEnvironment(settings).plain,
      secret: configuration.replicaSecret,
      withKubeconfigs: true,
    },
    {
      pod: {
        serviceAccountName: account,
        automountServiceAccountToken: deployed.inCluster,
        terminationGracePeriodSeconds: GRACE_SECONDS,
        topologySpreadConstraints: [
          { ...spread("kubernetes.io/hostname"), whenUnsatisfiable: "DoNotSchedule" },
          { ...spread("topology.kubernetes.io/zone"), whenUnsatisfiable: "ScheduleAnyway" },
        ],
      },
      container: {
        ports: [
          { name: "http", containerPort: HTTP_PORT },
          ...(metrics ? [{ name: "metrics", containerPort: metrics.port }] : []),
          ...(accessCheck ? [{ name: "access-check", containerPort: accessCheck.port }] : []),
        ],
        resources: resourcesOf(settings),
        lifecycle: { preStop: { sleep: { seconds: LEAVE_SECONDS } } },
        startupProbe: { ...probe("/healthz"), periodSeconds: 2, failureThreshold: 90 },
        livenessProbe: { ...probe("/healthz"), periodSeconds: 10, failureThreshold: 6 },
        readinessProbe: { ...probe("/readyz"), periodSeconds: 5, failureThreshold: 2 },
      },
    },
  );
  new apps.v1.Deployment(
    component,
    {
      metadata: { name: component, namespace, labels: labels(component) },
      spec: {
        replicas,
        revisionHistoryLimit: 3,
        minReadySeconds: 5,
        selector: { matchLabels: selector(component) },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        template: {
          ...template,
          metadata: {
            labels: selector(component),
            ...(metrics && { annotations: scraped(metrics.port) }),
          },
        },
      },
    },
    { dependsOn },
  );
  new policy.v1.PodDisruptionBudget(component, {
    metadata: { name: component, namespace, labels: labels(component) },
    spec: {
      selector: { matchLabels: selector(component) },
      maxUnavailable: 1,
      // What does not run anyway must not keep a node from being drained.
      unhealthyPodEvictionPolicy: "AlwaysAllow",
    },
  });
}

const probe = (path: string) => ({ httpGet: { path, port: "http" }, timeoutSeconds: 5 });

/** Replicas of one revision, over what can take them: nodes that are tainted or cordoned do not count as empty. */
const spread = (topologyKey: string) => ({
  topologyKey,
  maxSkew: 1,
  nodeTaintsPolicy: "Honor",
  labelSelector: { matchLabels: selector("control-plane") },
  matchLabelKeys: ["pod-template-hash"],
});

const scraped = (port: number) => ({
  "prometheus.io/scrape": "true",
  "prometheus.io/port": String(port),
  "prometheus.io/path": "/metrics",
});

import type { Output } from "@pulumi/pulumi";
import type { types } from "@pulumi/kubernetes";
import type { Settings } from "../read-settings.ts";
import { CONFIG_FOLDER } from "../site-file.ts";
import { configVolume, type Configuration } from "./configuration.ts";
import { selector, type Component } from "./place.ts";

// The image's user.
const USER = 1000;

/** What a Pod of ours runs. */
export interface Run {
  readonly component: Component;
  readonly command: string[];
  readonly plain: Record<string, string>;
  /** A Secret whose keys are variables. */
  readonly secret: Output<string>;
  readonly withKubeconfigs: boolean;
}

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

/** The template of a Pod with one container that has no rights: not root, no capability, nothing to write to. */
export function podTemplate(
  settings: Settings,
  configuration: Configuration,
  { component, command, plain, secret, withKubeconfigs }: Run,
  { pod, container }: { pod: Partial<PodSpec>; container: Partial<Container> },
): types.input.core.v1.PodTemplateSpec {
  const { pullSecret, files } = configuration;
  const kubeconfigs = withKubeconfigs ? configuration.kubeconfigs : null;
  return {
    metadata: { labels: selector(component) },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(pullSecret && { imagePullSecrets: [{ name: pullSecret }] }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        seccompProfile: { type: "RuntimeDefault" },
      },
      volumes: [configVolume({ files, kubeconfigs }, settings)],
      containers: [
        {
          name: component,
          image: settings.image,
          command,
          env: Object.entries(plain).map(([name, value]) => ({ name, value })),
          envFrom: [{ secretRef: { name: secret } }],
          volumeMounts: [{ name: "config", mountPath: CONFIG_FOLDER, readOnly: true }],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          ...container,
        },
      ],
      ...pod,
    },
  };
}

export const resourcesOf = ({ cpu, memory }: Pick<Settings, "cpu" | "memory">) => ({
  requests: { cpu, memory },
  limits: { memory },
});

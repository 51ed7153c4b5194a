import { type Output, secret } from "@pulumi/pulumi";
import { core } from "@pulumi/kubernetes";
import { migrationEnvironment, replicaEnvironment } from "../environment.ts";
import type { Settings } from "../read-settings.ts";
import { kubeconfigPath } from "../site-file.ts";
import { labels } from "./place.ts";

/** Names of what the Pods are configured by. */
export interface Configuration {
  /** The site file, and certificates to trust. */
  readonly files: Output<string>;
  /** Null where no cluster has a kubeconfig. */
  readonly kubeconfigs: Output<string> | null;
  readonly replicaSecret: Output<string>;
  readonly migrationSecret: Output<string>;
  /** Null where the image's registry asks for nothing. */
  readonly pullSecret: Output<string> | null;
}

/**
 * Every object is immutable and named by Pulumi, so a change makes a new one of another name: Pods roll because what they
 * refer to is another, and an old replica that restarts meanwhile still finds what it was made for.
 */
export function makeConfiguration(settings: Settings, namespace: Output<string>): Configuration {
  const metadata = { namespace, labels: labels() };
  const files = new core.v1.ConfigMap("files", {
    metadata,
    immutable: true,
    data: {
      "site.json": settings.deployed.json,
      ...(settings.caCertificates && { "ca.pem": settings.caCertificates }),
    },
  });
  const secretOf = (name: string, content: Record<string, string>, type = "Opaque") =>
    new core.v1.Secret(name, { metadata, immutable: true, type, stringData: secret(content) })
      .metadata.name;
  const { kubeconfigs, dockerConfig } = settings;
  return {
    files: files.metadata.name,
    kubeconfigs:
      Object.keys(kubeconfigs).length === 0 ? null : secretOf("kubeconfigs", kubeconfigs),
    replicaSecret: secretOf("control-plane", replicaEnvironment(settings).secret),
    migrationSecret: secretOf("migration", migrationEnvironment(settings).secret),
    pullSecret:
      dockerConfig === undefined
        ? null
        : secretOf(
            "registry",
            { ".dockerconfigjson": JSON.stringify(dockerConfig) },
            "kubernetes.io/dockerconfigjson",
          ),
  };
}

/** What Pods see under `CONFIG_FOLDER`. */
export function configVolume(
  { files, kubeconfigs }: Pick<Configuration, "files" | "kubeconfigs">,
  settings: Settings,
) {
  const paths = Object.keys(settings.kubeconfigs);
  const items = paths.map((key) => ({ key, path: kubeconfigPath(key) }));
  return {
    name: "config",
    projected: {
      // Readable by the Pod's group alone (`fsGroup`).
      defaultMode: 0o440,
      sources: [
        { configMap: { name: files } },
        ...(kubeconfigs === null ? [] : [{ secret: { name: kubeconfigs, items } }]),
      ],
    },
  };
}

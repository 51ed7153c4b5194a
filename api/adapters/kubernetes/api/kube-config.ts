import https from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesConfig } from "../config.ts";

/** Throws when the file or the context is not there. */
export function loadKubeConfig({ kubeconfig, context }: KubernetesConfig): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === null) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  if (context !== null) config.setCurrentContext(context);
  if (config.getCurrentCluster() === null) {
    throw new Error(
      `the kubeconfig ${kubeconfig ?? "of the Pod"} has no cluster for the context "${config.getCurrentContext()}"`,
    );
  }
  return config;
}

export interface Credentials {
  server: string;
  headers: Record<string, string>;
  tls: { ca?: any; cert?: any; key?: any; servername?: any; rejectUnauthorized?: boolean };
}

/** Address, headers and certificates for the next requests; tokens that expire are fetched anew by the library. */
export async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: https.RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const headers = { ...(options.headers as Record<string, string> | undefined) };
  if (options.auth) headers.Authorization = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const tls = Object.fromEntries(
    Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(
      ([, it]) => it != null,
    ),
  );
  return { server: config.getCurrentCluster()!.server, headers, tls };
}

import { dirname } from "node:path";
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  setHeaderOptions,
  VersionApi,
} from "@kubernetes/client-node";

/** The clients that tests and their support use, from a kubeconfig's path. */
export function connect(kubeconfig: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  return {
    /** The folder of a cluster that we started. */
    folder: dirname(kubeconfig),
    config,
    core: config.makeApiClient(CoreV1Api),
    objects: KubernetesObjectApi.makeApiClient(config),
    version: config.makeApiClient(VersionApi),
  };
}

export type Connection = ReturnType<typeof connect>;

export const MERGE = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
/** Conditions and the like are merged by their keys. */
export const STRATEGIC = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

export const isCode = (error: unknown, code: number): boolean =>
  error instanceof ApiException && error.code === code;

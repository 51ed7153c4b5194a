import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node";
import type { KubernetesObject } from "./rendered-objects.ts";

export interface Applied {
  readonly status: number;
  /** What the API server says beside its answer, for example that a Pod would not be admitted. */
  readonly warnings: readonly string[];
  readonly object: any;
}

/** Applies an object as Pulumi does, with every field checked; `dryRun` leaves nothing behind. */
export async function serverSideApply(
  config: KubeConfig,
  object: KubernetesObject,
  { dryRun }: { dryRun: boolean },
): Promise<Applied> {
  const query = new URLSearchParams({ fieldManager: "pulumi", fieldValidation: "Strict" });
  if (dryRun) query.set("dryRun", "All");
  const { server } = config.getCurrentCluster()!;
  const options = { method: "PATCH", headers: { "content-type": "application/apply-patch+yaml" } };
  await config.applyToHTTPSOptions(options);
  const patch = request(`${server}${pathOf(object)}?${query}`, options);
  patch.end(JSON.stringify(object));
  const [response] = (await once(patch, "response")) as [IncomingMessage];
  const answer = await text(response);
  return {
    status: response.statusCode!,
    warnings: [response.headers["warning"] ?? []].flat(),
    // A path that the API server does not know is answered in plain text.
    object: answer.startsWith("{") ? JSON.parse(answer) : { message: answer },
  };
}

function pathOf({ apiVersion, kind, metadata: { namespace, name } }: KubernetesObject): string {
  const group = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const resource = kind.toLowerCase().replace(/y$/, "ie") + "s";
  return `${group}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${resource}/${name}`;
}

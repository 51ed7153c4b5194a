import { Agent, request } from "undici";
import { connect } from "../../../../test/support/cluster/connect.ts";
import { credentialsOf } from "../api/kube-config.ts";
import type { KubernetesObject } from "../api/object.ts";

/** What an API server says of an object that is applied. */
export interface Verdict {
  status: number;
  /** Of admission, for whoever applies it. */
  warnings: string[];
  message: string;
}

/** Applies objects as whoever the kubeconfig names, and hears what a client usually does not. */
export async function openAdmission(kubeconfig: string) {
  const { server, headers, tls } = await credentialsOf(connect(kubeconfig).config);
  const dispatcher = new Agent({ connect: tls });
  return {
    async apply(path: string, object: KubernetesObject, { dryRun = false } = {}): Promise<Verdict> {
      const url = new URL(server.replace(/\/$/, "") + path);
      url.search = `fieldManager=test&force=true&fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`;
      const answer = await request(url, {
        method: "PATCH",
        dispatcher,
        headers: { ...headers, "content-type": "application/apply-patch+yaml" },
        body: JSON.stringify(object),
      });
      const body = (await answer.body.json()) as { message?: string };
      const warnings = [answer.headers["warning"] ?? []].flat();
      return { status: answer.statusCode, warnings, message: body.message ?? "" };
    },
    close: () => dispatcher.close(),
  };
}

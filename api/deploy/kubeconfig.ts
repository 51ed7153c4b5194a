import { parse } from "yaml";
import { z } from "zod";

const absent = (what: string) =>
  z.undefined({ error: `${what}, which a Pod does not have` }).optional();

/** A kubeconfig that needs nothing beside it: neither a file nor a command. */
const kubeconfig = z.object({
  "current-context": z.string().optional(),
  contexts: z.array(
    z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: z.string() }) }),
  ),
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({
        server: z.url({ protocol: /^https$/, error: "must be an https:// URL" }),
        "certificate-authority": absent("names a file"),
      }),
    }),
  ),
  users: z.array(
    z.object({
      name: z.string(),
      user: z.object({
        "client-certificate": absent("names a file"),
        "client-key": absent("names a file"),
        tokenFile: absent("names a file"),
        exec: absent("asks a command"),
        "auth-provider": absent("asks a command"),
      }),
    }),
  ),
});

/**
 * The address of the API server that a kubeconfig leads to, by the context or its current one.
 * @throws sentences, without any of its secrets, when a Pod could not use it.
 */
export function serverOf(text: string, context: string | null | undefined): URL {
  const parsed = kubeconfig.safeParse(readYaml(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new Error(`is no kubeconfig for a Pod: ${problems.join("; ")}`);
  }
  const { contexts, clusters, users, "current-context": current } = parsed.data;
  const wanted = context ?? current;
  const found = contexts.find(({ name }) => name === wanted)?.context;
  const cluster = clusters.find(({ name }) => name === found?.cluster)?.cluster;
  if (cluster === undefined || !users.some(({ name }) => name === found?.user))
    throw new Error(`has no cluster and user for the context "${wanted}"`);
  return new URL(cluster.server);
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    throw new Error("is no YAML");
  }
}

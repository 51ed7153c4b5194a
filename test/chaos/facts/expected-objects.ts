export interface Living {
  id: string;
  workspace_id: string;
  kind: "notebook" | "container";
  status: string;
  desired_state: "running" | "stopped" | "deleted";
  generation: number;
  spec: { ports?: { port: number; protocol: "HTTP" | "TCP" }[] };
}

export interface LivingVolume {
  id: string;
  workspace_id: string;
  status: string;
  size_gib: number;
}

const NOTEBOOK_PORTS = [{ port: 8888, protocol: "HTTP" as const }];

/** What must be on the cluster for what the database says, and what may be: Pods are judged one by one. */
export function expectedObjects(
  prefix: string,
  there: { living: Living[]; volumes: LivingVolume[]; workspaces: { id: string }[] },
): { must: string[]; may: string[] } {
  const running = there.living.filter((it) => it.desired_state === "running");
  const used = new Set([...running, ...there.volumes].map((it) => it.workspace_id));
  const namespace = (id: string) => `Namespace ${prefix}ws-${id} Active`;
  return {
    must: [
      ...running.flatMap(around),
      ...there.volumes.map(({ id, size_gib: size }) => `Claim v-${id} Bound ${size}Gi`),
      ...[...used].map(namespace),
    ],
    may: [
      ...running.flatMap(({ id, generation }) =>
        Array.from({ length: 20 }, (_, attempt) =>
          attempt === 0 ? `Pod r-${id}-${generation}` : `Pod r-${id}-${generation}-${attempt}`,
        ),
      ),
      ...there.workspaces.map(({ id }) => namespace(id)),
    ],
  };
}

function around({ id, kind, spec }: Living): string[] {
  const ports = kind === "notebook" ? NOTEBOOK_PORTS : (spec.ports ?? []);
  const of = (protocol: "HTTP" | "TCP") =>
    ports
      .filter((it) => it.protocol === protocol)
      .map(({ port }) => port)
      .toSorted((a, b) => a - b);
  const [http, tcp] = [of("HTTP"), of("TCP")];
  return [
    `Secret r-${id}`,
    ...(http.length === 0 ? [] : [`Service r-${id} ClusterIP ${http.join(",")} to ${id}`]),
    ...http.map(
      (port) => `HTTPRoute r-${id}-${port} p${port}-${id}.hanoi.gpu.example to r-${id}:${port}`,
    ),
    ...(tcp.length === 0
      ? []
      : [`Service r-${id}-tcp NodePort ${tcp.join(",")} to ${id}`, `NetworkPolicy r-${id}-tcp`]),
  ];
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../config.ts";
import { loadCatalogue } from "../domain/catalogue/load.ts";
import { REQUEST_DRAIN_MS, WORK_TIMEOUT_MS } from "../drain.ts";
import { exampleStack, kubeconfig, SECRET_KEYS } from "./testing/example-stack.ts";
import { renderedObjects, SECRET, type Rendered } from "./testing/rendered-objects.ts";

let rendered: Rendered;
beforeAll(async () => void (rendered = await renderedObjects(exampleStack, SECRET_KEYS)));

function one(kind: string, name?: RegExp, { objects } = rendered): any {
  const found = objects.filter((it) => it.kind === kind && (name?.test(it.metadata.name) ?? true));
  expect(found, `${kind} ${name}`).toHaveLength(1);
  return found[0]!;
}
const podOf = (kind: "Job" | "Deployment", from = rendered) =>
  one(kind, undefined, from).spec.template;
const withChanges = (changes: Record<string, string>) =>
  renderedObjects({ ...exampleStack, ...changes }, SECRET_KEYS);

/** The environment that Kubernetes would give to the Pod's container. */
function environmentOf(kind: "Job" | "Deployment"): Record<string, string> {
  const [container] = podOf(kind).spec.containers;
  const secret = one("Secret", new RegExp(`^${container.envFrom[0].secretRef.name}$`));
  const plain = container.env.map(({ name, value }: any) => [name, value]);
  return { ...Object.fromEntries(plain), ...secret.stringData };
}

test("the deployment is these objects, all of one namespace but for the role", () => {
  const all = rendered.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(all.toSorted()).toEqual([
    "ClusterRole aifactory-control-plane",
    "ClusterRoleBinding aifactory-control-plane",
    "ConfigMap files-0a1b2c3d",
    "Deployment control-plane",
    "HTTPRoute control-plane",
    "Job migration-0a1b2c3d",
    "Namespace aifactory",
    "NetworkPolicy control-plane",
    "NetworkPolicy migration",
    "NetworkPolicy nothing-else",
    "PodDisruptionBudget control-plane",
    "Secret control-plane-0a1b2c3d",
    "Secret kubeconfigs-0a1b2c3d",
    "Secret migration-0a1b2c3d",
    "Secret registry-0a1b2c3d",
    "Service control-plane",
    "ServiceAccount control-plane",
  ]);
  for (const { kind, metadata } of rendered.objects) {
    const wide = ["Namespace", "ClusterRole", "ClusterRoleBinding"].includes(kind);
    expect(metadata.namespace, kind).toBe(wide ? undefined : "aifactory");
    // Else the control plane would take it for a tenant's, and the sweep of orphans would remove it.
    expect(metadata.labels).toMatchObject({ "app.kubernetes.io/managed-by": "pulumi" });
  }
});

describe("Pods", () => {
  test.each(["Job", "Deployment"] as const)("of the %s have no rights", (kind) => {
    const { spec } = podOf(kind);
    expect(spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(spec.containers).toHaveLength(1);
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(spec.containers[0].resources.limits.memory).toMatch(/Mi|Gi/);
    expect(spec.enableServiceLinks).toBe(false);
    expect(spec.imagePullSecrets).toEqual([{ name: "registry-0a1b2c3d" }]);
    expect(spec.containers[0].image).toBe(exampleStack.image);
  });

  test("are of a namespace that admits no others", () => {
    const { labels } = one("Namespace").metadata;
    expect(labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
  });

  test("run what the image has, by its user", () => {
    const dockerfile = readFileSync(new URL("../../Dockerfile", import.meta.url), "utf8");
    const command = podOf("Deployment").spec.containers[0].command;
    expect(dockerfile).toContain(`CMD ["${command.join('", "')}"]\n`);
    expect(podOf("Job").spec.containers[0].command).toEqual(["node", "api/migrate.ts"]);
    expect(dockerfile).toContain("USER 1000:1000\n");
  });
});

describe("replicas", () => {
  test("are configured as the control plane wants it, for production and without the owner's role", () => {
    const environment = environmentOf("Deployment");
    const config = readConfig(environment);
    expect(config).toMatchObject({
      production: true,
      host: "0.0.0.0",
      publicUrl: "https://ai.example.com",
      database: { url: exampleStack.databaseUrl, adminUrl: null },
      oidc: { issuer: "https://login.example.com", audience: "aifactory" },
      smtp: { from: "AI Factory <no-reply@example.com>" },
      operatorToken: exampleStack.operatorToken,
      metricsPort: 9090,
      accessCheckPort: 8082,
    });
    const { ports } = podOf("Deployment").spec.containers[0];
    expect(ports.map((port: any) => port.containerPort)).toEqual([
      config.port,
      config.metricsPort,
      config.accessCheckPort,
    ]);
  });

  test("find their files: the site file, which the control plane accepts, kubeconfigs, certificates", () => {
    const { volumes, containers } = podOf("Deployment").spec;
    const [{ mountPath }] = containers[0].volumeMounts;
    const [files, kubeconfigs] = volumes[0].projected.sources;
    const { data } = one("ConfigMap", new RegExp(`^${files.configMap.name}$`));
    const { stringData } = one("Secret", new RegExp(`^${kubeconfigs.secret.name}$`));
    const folder = mkdtempSync(join(tmpdir(), "aifactory-deployed-"));
    writeFileSync(join(folder, "site.json"), data["site.json"]);
    const { regions } = loadCatalogue(join(folder, "site.json"));
    rmSync(folder, { recursive: true });
    const paths = regions.flatMap(({ clusters }) => clusters.map((it: any) => it.kubeconfig));
    const mounted = kubeconfigs.secret.items.map(({ path }: any) => `${mountPath}/${path}`);
    expect(paths).toEqual([null, ...mounted]);
    expect(kubeconfigs.secret.items.map(({ key }: any) => key)).toEqual(Object.keys(stringData));
    const environment = environmentOf("Deployment");
    expect(environment.AIFACTORY_SITE_FILE).toBe(`${mountPath}/site.json`);
    expect(environment.NODE_EXTRA_CA_CERTS).toBe(`${mountPath}/ca.pem`);
    expect(data["ca.pem"]).toBe(exampleStack.caCertificates);
  });

  test("are two, apart from each other, and roll without fewer of them", async () => {
    const { spec } = one("Deployment");
    expect(spec.replicas).toBe(2);
    expect(spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    const [host] = spec.template.spec.topologySpreadConstraints;
    expect(host).toMatchObject({
      topologyKey: "kubernetes.io/hostname",
      whenUnsatisfiable: "DoNotSchedule",
    });
    const budget = one("PodDisruptionBudget").spec;
    expect(budget.maxUnavailable).toBe(1);
    const { labels } = spec.template.metadata;
    for (const { matchLabels } of [spec.selector, budget.selector, host.labelSelector])
      expect(labels).toMatchObject(matchLabels);
    expect(one("Deployment", undefined, await withChanges({ replicas: "5" })).spec.replicas).toBe(
      5,
    );
  });

  test("are asked whether they live and are ready, and have time to leave and to drain", () => {
    const [container] = podOf("Deployment").spec.containers;
    const probes = ["startupProbe", "livenessProbe", "readinessProbe"].map((it) => container[it]);
    expect(probes.map((probe) => probe.httpGet)).toEqual(
      ["/healthz", "/healthz", "/readyz"].map((path) => ({ path, port: "http" })),
    );
    const leaving = container.lifecycle.preStop.sleep.seconds;
    const { terminationGracePeriodSeconds } = podOf("Deployment").spec;
    const drain = (REQUEST_DRAIN_MS + WORK_TIMEOUT_MS) / 1000;
    expect(terminationGracePeriodSeconds).toBeGreaterThan(leaving + drain);
  });

  test("show their metrics where these are asked for", async () => {
    expect(podOf("Deployment").metadata.annotations).toEqual({
      "prometheus.io/scrape": "true",
      "prometheus.io/port": "9090",
      "prometheus.io/path": "/metrics",
    });
    const { metrics: _, accessCheck: __, ...silent } = exampleStack;
    const { metadata, spec } = podOf("Deployment", await renderedObjects(silent, SECRET_KEYS));
    expect(metadata.annotations).toBeUndefined();
    expect(spec.containers[0].ports).toHaveLength(1);
  });

  test("are reached by their host name, from the Gateway to the container's port", () => {
    const { spec } = one("HTTPRoute");
    expect(spec.hostnames).toEqual(["ai.example.com"]);
    expect(spec.parentRefs).toEqual([
      { name: "public", namespace: "gateways", sectionName: "https" },
    ]);
    const service = one("Service");
    expect(spec.rules).toEqual([
      { backendRefs: [{ name: service.metadata.name, port: service.spec.ports[0].port }] },
    ]);
    expect(podOf("Deployment").metadata.labels).toMatchObject(service.spec.selector);
    const ports = podOf("Deployment").spec.containers[0].ports.map(({ name }: any) => name);
    expect(ports).toContain(service.spec.ports[0].targetPort);
    expect(service.spec.ports.slice(1)).toEqual([
      { name: "access-check", port: 8082, targetPort: "access-check" },
    ]);
    expect(ports).toContain("access-check");
  });
});

describe("the account", () => {
  test("has the shipped role where the site has the cluster that we run in", () => {
    const shipped = parse(readFileSync(new URL("cluster-role.yaml", import.meta.url), "utf8"));
    expect(one("ClusterRole").rules).toEqual(shipped.rules);
    const { roleRef, subjects } = one("ClusterRoleBinding");
    expect(roleRef).toMatchObject({ kind: "ClusterRole", name: "aifactory-control-plane" });
    const { name, namespace } = one("ServiceAccount").metadata;
    expect(subjects).toEqual([{ kind: "ServiceAccount", name, namespace }]);
    const { spec } = podOf("Deployment");
    expect([spec.serviceAccountName, spec.automountServiceAccountToken]).toEqual([name, true]);
    expect(podOf("Job").spec.automountServiceAccountToken).toBe(false);
  });

  test("has no role and no token where every cluster has a kubeconfig", async () => {
    const kubeconfigs = ["hanoi-1", "tokyo-1"].map((id) => [id, kubeconfig("https://a.example")]);
    const elsewhere = await withChanges({
      kubeconfigs: JSON.stringify(Object.fromEntries(kubeconfigs)),
    });
    expect(elsewhere.objects.filter(({ kind }) => kind.startsWith("ClusterRole"))).toEqual([]);
    expect(podOf("Deployment", elsewhere).spec.automountServiceAccountToken).toBe(false);
  });
});

describe("the migration", () => {
  test("alone signs in as the owner, and comes before the replicas", () => {
    const { database } = readConfig(environmentOf("Job"));
    expect(database).toEqual({
      url: exampleStack.databaseUrl,
      adminUrl: exampleStack.databaseAdminUrl,
    });
    expect(JSON.stringify(environmentOf("Deployment"))).not.toContain("owner-secret");
    const order = rendered.objects.map(({ kind }) => kind);
    expect(order.indexOf("Job")).toBeLessThan(order.indexOf("Deployment"));
    expect(podOf("Job").spec.restartPolicy).toBe("Never");
  });
});

describe("a change of the configuration", () => {
  test("makes new objects of other names, which the Pods then refer to, so that they roll", () => {
    const changing = rendered.inputs.filter((it) =>
      ["ConfigMap", "Secret", "Job"].includes(it.kind),
    );
    expect(changing).toHaveLength(6);
    for (const { kind, metadata, immutable } of changing) {
      // Pulumi names them, anew whenever it replaces them; it replaces what is immutable.
      expect(metadata.name, kind).toBeUndefined();
      if (kind !== "Job") expect(immutable).toBe(true);
    }
    const references = JSON.stringify([podOf("Job"), podOf("Deployment")]);
    for (const { kind, metadata } of rendered.objects)
      if (["ConfigMap", "Secret"].includes(kind)) expect(references).toContain(metadata.name);
  });
});

describe("secrets", () => {
  test("are in the data of Secrets alone, and encrypted in the state", () => {
    const told = JSON.stringify(rendered.inputs);
    for (const secret of ["app", "owner", "operator", "smtp", "kubeconfig", "registry"]) {
      expect(told, secret).not.toContain(`${secret}-secret`);
      const holders = rendered.objects.filter((it) => JSON.stringify(it).includes(`${secret}-sec`));
      expect(new Set(holders.map(({ kind }) => kind)), secret).toEqual(new Set(["Secret"]));
    }
    for (const { kind, stringData } of rendered.inputs)
      if (kind === "Secret") expect(stringData).toBe(SECRET);
    expect(rendered.url).toBe("https://ai.example.com");
  });
});

describe("network policies", () => {
  const namespaceOf = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });

  test("let the gateway and the collector of metrics in, and nobody else", async () => {
    expect(one("NetworkPolicy", /^nothing-else$/).spec).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
    const { podSelector, ingress } = one("NetworkPolicy", /^control-plane$/).spec;
    expect(podOf("Deployment").metadata.labels).toMatchObject(podSelector.matchLabels);
    expect(ingress).toEqual([
      { ports: [{ protocol: "TCP", port: 8080 }], from: [namespaceOf("gateways")] },
      {
        ports: [{ protocol: "TCP", port: 9090 }],
        from: [namespaceOf("monitoring"), { ipBlock: { cidr: "10.1.0.0/16" } }],
      },
      { ports: [{ protocol: "TCP", port: 8082 }], from: [namespaceOf("gateways")] },
    ]);
    const from = (peers: string[]) =>
      withChanges({ gateway: JSON.stringify({ name: "a", namespace: "b", from: peers }) });
    const rules = async (peers: string[]) =>
      one("NetworkPolicy", /^control-plane$/, await from(peers)).spec.ingress[0];
    expect((await rules(["envoy-gateway-system"])).from).toEqual([
      namespaceOf("envoy-gateway-system"),
    ]);
    expect(await rules(["*"])).toEqual({ ports: [{ protocol: "TCP", port: 8080 }] });
  });

  test("let Pods out to the ports that the configuration names, and not to where clouds give out credentials", () => {
    const ports = (name: RegExp) =>
      one("NetworkPolicy", name).spec.egress.map((rule: any) =>
        rule.ports.map(({ port, protocol }: any) => `${protocol} ${port}`),
      );
    const dns = ["UDP 53", "TCP 53"];
    const tcp = [443, 465, 6443, 6543, 8443, 16443].map((port) => `TCP ${port}`);
    expect(ports(/^control-plane$/)).toEqual([dns, tcp]);
    expect(ports(/^migration$/)).toEqual([dns, ["TCP 6543", "TCP 5432"]]);
    const { podSelector } = one("NetworkPolicy", /^migration$/).spec;
    expect(podOf("Job").metadata.labels).toMatchObject(podSelector.matchLabels);
  });
});

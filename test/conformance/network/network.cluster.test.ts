import { afterAll, beforeAll, expect, test } from "vitest";
import { kubernetesConfig } from "../../support/cluster/site.ts";
import { openTestCluster, type TestCluster } from "../../support/cluster/test-cluster.ts";
import { until } from "../../support/cluster/until.ts";
import { checksOf, type Asker, type Check, type Target } from "./checks.ts";
import { execProbe } from "./exec-probe.ts";
import { holds, runChecks, table, type Probe } from "./run-checks.ts";
import { buildStage, type Stage } from "./stage.ts";

// No packet flows between simulated Pods, so the network is one of ours; what stands there is what the API server took.
let kubernetes: TestCluster;
let stage: Stage;
let checks: Check[];
beforeAll(async () => {
  kubernetes = openTestCluster();
  await kubernetes.addGpuNodes(1);
  const config = kubernetesConfig({
    id: `${kubernetes.prefix}network`,
    kubeconfig: kubernetes.kubeconfigs.admin,
    products: {},
    namespacePrefix: kubernetes.prefix,
    podSecurity: "baseline",
    gateway: {
      namespace: `${kubernetes.prefix}gateway`,
      name: "none",
      domain: "network.example",
      from: null,
    },
  });
  stage = await buildStage(kubernetes.admin, config, { image: "docker.io/library/busybox:1.37" });
  checks = checksOf(stage, { host: "1.1.1.1", port: 443 });
});
afterAll(async () => {
  await stage?.remove();
  await kubernetes?.close();
});

const keyOf = (from: Asker, target: Target) => JSON.stringify([from, target]);
const expectedOf = new Map<string, boolean>();
/** A network that does what the checks expect, and lets everybody else through. */
const enforcing: Probe = async (from, target) => {
  for (const check of checks)
    expectedOf.set(keyOf(check.from, check.target), check.expected === "reached");
  return expectedOf.get(keyOf(from, target)) ?? true;
};
const verdictsOf = async (probe: Probe) =>
  (await runChecks(checks, probe)).map(({ verdict }) => verdict);

test("ORG-3 every promise is tried from where it would be broken", () => {
  const { tenant, neighbour, sibling, neighbourService, nodes, apiServers } = stage;
  const blocked = checks.filter(
    ({ from, expected }) => from === "tenant" && expected === "blocked",
  );
  const hosts = blocked.map(({ target }) => ("host" in target ? target.host : target.name));
  const ips = [neighbour.ip, sibling.ip, neighbourService, "169.254.169.254"];
  for (const ip of [...ips, ...nodes.map((it) => it.ip), ...apiServers.map((it) => it.ip)])
    expect(hosts).toContain(ip);
  expect(new Set([tenant.namespace, neighbour.namespace, stage.gateway.namespace]).size).toBe(3);
  expect(sibling.namespace).toBe(tenant.namespace);
  expect(stage.neighbourNodePort).toBeGreaterThan(0);
});

test("ORG-3 a network that enforces the rules holds", async () => {
  const judged = await runChecks(checks, enforcing);
  expect(judged.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
  expect(holds(judged)).toBe(true);
  expect(table(judged).at(-1)).toBe("The network rules hold.");
});

test("ORG-3 a network that enforces nothing is found out, by every rule", async () => {
  const judged = await runChecks(checks, async () => true);
  const blocked = judged.filter(({ expected }) => expected === "blocked");
  expect(blocked.every(({ verdict }) => verdict === "OPEN")).toBe(true);
  expect(holds(judged)).toBe(false);
  expect(table(judged).at(-1)).toBe(
    `The network rules do NOT hold: ${blocked.length} open, 0 closed.`,
  );
  expect(table(judged).find((line) => line.includes("169.254"))).toMatch(
    /^OPEN +tenant +does not reach +the metadata of the node +169\.254\.169\.254:80$/,
  );
});

test("ORG-3 a network that lets nothing through proves nothing", async () => {
  const verdicts = await verdictsOf(async () => false);
  expect(new Set(verdicts)).toEqual(new Set(["CLOSED", "unproven"]));
});

test("ORG-3 what nobody reaches is unproven, and said", async () => {
  const metadata: Probe = async (from, target) =>
    "host" in target && target.host === "169.254.169.254" ? false : enforcing(from, target);
  const judged = await runChecks(checks, metadata);
  expect(holds(judged)).toBe(true);
  expect(table(judged).at(-1)).toBe("The network rules hold, as far as 1 unproven ones can tell.");
});

test("ORG-3 one answer among several is enough to be open, or reached", async () => {
  const count = new Map<string, number>();
  const flapping: Probe = async (from, target) => {
    const key = keyOf(from, target);
    count.set(key, (count.get(key) ?? 0) + 1);
    // Simulated nodes share an address, so the same is asked for each of them.
    return count.get(key)! % 3 === 0;
  };
  const judged = await runChecks(checks, flapping);
  for (const { expected, verdict } of judged)
    expect(verdict).toBe(expected === "reached" ? "ok" : "OPEN");
});

test("ORG-3 a Pod's word counts as reached or blocked, anything else as neither", async () => {
  const asks = (script: string) =>
    execProbe(kubernetes.admin, stage, () => script)("tenant", { host: "192.0.2.1", port: 1 });
  expect(await asks("exit 0")).toBe(true);
  expect(await asks("exit 1")).toBe(false);
  expect(await asks("timeout 1 sleep 9")).toBe(false);
  await expect(asks("no-such-program")).rejects.toThrow(/"no-such-program" in .* failed/);
});

test("ORG-3 nothing of it is left", async () => {
  await stage.remove();
  for (const { namespace } of [stage.tenant, stage.neighbour, stage.gateway, stage.stranger])
    await until(
      async () => (await kubernetes.admin.core.listNamespace()).items,
      (items) =>
        items.every(({ metadata }) => metadata!.name !== namespace || metadata!.deletionTimestamp),
    );
});

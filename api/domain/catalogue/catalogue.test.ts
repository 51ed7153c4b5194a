import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Catalogue } from "./catalogue.ts";
import { hourlyCost } from "./hourly-cost.ts";
import { siteFile, type SiteFile } from "./schema.ts";

const shipped = siteFile.parse(
  JSON.parse(readFileSync(new URL("./default-site.json", import.meta.url), "utf8")),
);
const changed = (change: (file: SiteFile) => void): Catalogue => {
  const file = structuredClone(shipped);
  change(file);
  return new Catalogue(file);
};
const NOW = new Date("2026-11-21T04:42:00Z");

test("CAT-1 the shipped site has at least 16 GPUs and 64 vCPU in each region", () => {
  for (const { clusters } of shipped.regions) {
    const nodes = clusters.flatMap((it) => (it.kind === "simulator" ? it.nodes : []));
    const sum = (of: (node: (typeof nodes)[number]) => number) =>
      nodes.reduce((total, node) => total + node.count * of(node), 0);
    expect(sum((node) => node.gpu?.count ?? 0)).toBeGreaterThanOrEqual(16);
    expect(sum((node) => node.vcpu)).toBeGreaterThanOrEqual(64);
  }
});

test("CAT-2 a new price holds from its minute on, and not before", () => {
  const catalogue = changed(({ flavors }) => {
    const raised = { VND: "1", USD: "9", JPY: "1", effectiveFrom: "2026-11-21T05:00:00Z" };
    flavors.find(({ id }) => id === "cpu-small")!.prices.push(raised);
  });
  const usd = (at: string) => catalogue.pricePerHour("cpu-small", new Date(at)).USD;
  expect(usd("2026-11-21T04:59:59.999Z")).toBe(100_000n);
  expect(usd("2026-11-21T05:00:00Z")).toBe(9_000_000n);
});

test("RES-2 an image of the catalogue stands for its reference, for its own Service only", () => {
  const catalogue = changed(({ images }) =>
    images.push({
      id: "toolbox",
      service: "container",
      name: "Toolbox",
      reference: "registry.example.com/toolbox:1",
      description: "",
    }),
  );
  expect(catalogue.imageReference("container", "toolbox")).toBe("registry.example.com/toolbox:1");
  expect(catalogue.imageReference("notebook", "toolbox")).toBe("toolbox");
  expect(catalogue.imageReference("container", "jupyter-base")).toBe("jupyter-base");
  expect(catalogue.imageReference("container", "ubuntu:24.04")).toBe("ubuntu:24.04");
});

test("BIL-4 an hour costs the flavor and every GiB; what was withdrawn promises nothing", () => {
  const cost = hourlyCost(
    changed(() => {}),
    NOW,
  );
  const use = { region: "hanoi", flavor: "h100-sxm5-1", storageGib: 100 };
  expect(cost(use, "USD")).toBe(2_520_000n);
  expect(cost({ ...use, flavor: null }, "JPY")).toBe(3_000_000n);
  expect(cost({ ...use, flavor: "withdrawn", storageGib: 1 }, "USD")).toBe(200n);
  expect(cost({ ...use, region: "withdrawn" }, "USD")).toBe(2_500_000n);
});

test("ORG-3 CAT-3 two clusters of a site never mean the same namespaces", () => {
  const cluster = (id: string, more: object = {}) => ({
    id,
    kind: "kubernetes",
    gateway: { namespace: "gateway", name: "public", domain: "gpu.example.com" },
    tcp: { type: "LoadBalancer" },
    ...more,
  });
  const problems = (...second: object[]) => {
    const [hanoi, tokyo] = shipped.regions;
    const regions = [
      { ...hanoi, clusters: [cluster("hanoi-1")] },
      { ...tokyo, clusters: second },
    ];
    return siteFile.safeParse({ ...shipped, regions }).error?.issues;
  };
  expect(problems(cluster("tokyo-1"))).toEqual([
    expect.objectContaining({
      path: ["regions", 1, "clusters", 0, "kubeconfig"],
      message: expect.stringMatching(/^leads to the same namespaces as that of "hanoi-1": name/),
    }),
  ]);
  const file = { kubeconfig: "/etc/tokyo" };
  expect(problems(cluster("tokyo-1", file), cluster("tokyo-2", file))).toHaveLength(1);
  for (const other of [file, { kubeconfig: "/etc/tokyo", context: "b" }, { namespacePrefix: "b-" }])
    expect(problems(cluster("tokyo-1", other))).toBeUndefined();
});

import type { V1Pod } from "@kubernetes/client-node";
import fc from "fast-check";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { kubernetesConfig } from "../../../../test/support/cluster/site.ts";
import type { Workload } from "#ports/cluster.ts";
import { gapsInPod } from "../testing/fences.ts";
import { acceptedWorkload } from "../testing/requests.ts";
import { renderAll } from "../testing/render-all.ts";
import { environmentOf } from "./environment.ts";
import { networkPoliciesOf } from "./network-policies.ts";

const SEED = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) };
const RUNS = Number(process.env.REQUESTS ?? 200);
const workspaceId = v7();
const workload = acceptedWorkload(workspaceId, "H100 SXM5");
const levels = fc.constantFrom("restricted", "baseline");

const configOf = (podSecurity: "restricted" | "baseline") =>
  kubernetesConfig({
    id: "hanoi-1",
    kubeconfig: "none",
    products: { "H100 SXM5": ["NVIDIA-H100-80GB-HBM3"] },
    podSecurity,
  });

test("ORG-3 RES-2 whatever the API accepts becomes a Pod without a way out", () => {
  fc.assert(
    fc.property(workload, levels, (asked, level) => {
      const config = configOf(level);
      const { pod } = renderAll(config, asked);
      expect(gapsInPod(pod as unknown as V1Pod, { config, workload: asked })).toEqual([]);
    }),
    { numRuns: RUNS, ...SEED },
  );
});

test("ORG-3 secret values are in Secrets alone, and no object is too large for a cluster", () => {
  fc.assert(
    fc.property(workload, (asked) => {
      const { secrets, others } = renderAll(configOf("restricted"), asked);
      const hidden = [
        ...asked.env.filter((it) => it.secret).map((it) => it.value),
        asked.accessToken,
      ];
      const shown = JSON.stringify(others);
      // Short ones are found everywhere by chance, and some names look like them.
      for (const value of hidden.filter((it) => it.length > 12 && !isInTheOpen(asked, it)))
        expect(shown).not.toContain(JSON.stringify(value).slice(1, -1));
      for (const object of [...secrets, ...others])
        expect(Buffer.byteLength(JSON.stringify(object))).toBeLessThan(1_000_000);
    }),
    { numRuns: RUNS, ...SEED },
  );
});

test("ORG-3 names and labels of objects are made of ids alone", () => {
  fc.assert(
    fc.property(workload, (asked) => {
      const { secrets, others } = renderAll(configOf("restricted"), asked);
      for (const { metadata } of [...secrets, ...others]) {
        expect(metadata.name).toMatch(/^[rv]-[0-9a-f-]{36}(-1|-tcp|-registry|-\d+)?$/);
        for (const value of Object.values(metadata.labels!))
          expect(value).toMatch(/^(aifactory|hanoi-1|container|1|[0-9a-f-]{36})$/);
      }
    }),
    { numRuns: RUNS, ...SEED },
  );
});

test("RES-2 no HTTP port has a way past the Gateway", () => {
  fc.assert(
    fc.property(workload, (asked) => {
      const http = asked.ports.filter((it) => it.protocol === "HTTP").map(({ port }) => port);
      const { services, policies } = renderAll(configOf("restricted"), asked);
      for (const { spec } of services as any[])
        if (spec.type !== "ClusterIP")
          for (const { port, targetPort } of spec.ports)
            for (const it of [port, targetPort]) expect(http).not.toContain(it);
      for (const { spec } of policies as any[])
        for (const { port } of spec.ingress[0].ports) expect(http).not.toContain(port);
    }),
    { numRuns: RUNS, ...SEED },
  );
});

test("RES-2 a variable has the value that was given, whatever Kubernetes reads in it", () => {
  const size = { vcpu: 1, memoryGib: 1, gpu: null };
  const env = [{ name: "A", value: "pa$$word $(B) $", secret: false }];
  const asked = { kind: "container", env, size } as unknown as Parameters<typeof environmentOf>[0];
  expect(environmentOf(asked, "r")[0]).toEqual({ name: "A", value: "pa$$$$word $$(B) $$" });
});

/** Whether the same text was given as what everybody may see, too. */
const isInTheOpen = ({ env, command, image }: Workload, value: string): boolean =>
  [image, ...(command ?? []), ...env.filter((it) => !it.secret).map((it) => it.value)].some((it) =>
    it.includes(value),
  );

test("ORG-3 RES-2 only the Gateway's Pods get in, wherever the operator says that they are", () => {
  const gateway = configOf("restricted").gateway;
  const admitted = (from: string[] | null) =>
    networkPoliciesOf(
      { ...configOf("restricted"), gateway: { ...gateway, from } },
      "ns",
      (name) => ({
        name,
      }),
    ).flatMap(({ spec }: any) => spec.ingress ?? []);
  const rule = (...namespaces: string[]) => ({
    from: namespaces.map((name) => ({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
    })),
  });
  expect(admitted(null)).toEqual([rule(gateway.namespace)]);
  expect(admitted(["envoy-gateway-system", "edge"])).toEqual([
    rule("envoy-gateway-system", "edge"),
  ]);
});

import { z } from "zod";
import { SERVICES } from "@aifactory/sdk/policy";

const name = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and "-"');
const decimal = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/, "must be a decimal with at most six decimals");
const services = z.array(z.enum(SERVICES)).min(1);
const currency = z.enum(["VND", "USD", "JPY"]);

const moment = z.iso.datetime();
// Beyond it, the database could not count the minutes.
const LATEST = Date.UTC(6000, 0, 1);
const wholeMinute = moment.refine(
  (text) => Date.parse(text) % 60_000 === 0 && Date.parse(text) < LATEST,
  "must be the beginning of a minute: prices change at whole minutes",
);

/** A list of what holds one after the other: the first from the beginning, the others each from its date on. */
function dated<T extends z.ZodType<{ effectiveFrom?: string | undefined }>>(entry: T) {
  return z
    .array(entry)
    .min(1)
    .superRefine((list, issue) =>
      list.forEach(({ effectiveFrom }, index) => {
        const message =
          index === 0
            ? "the first of the list holds from the beginning: leave its effectiveFrom out"
            : "must be later than that of the entry before";
        const before = Date.parse(list[index - 1]?.effectiveFrom ?? "1970-01-01T00:00:00Z");
        const inOrder = effectiveFrom !== undefined && Date.parse(effectiveFrom) > before;
        if (index === 0 ? effectiveFrom !== undefined : !inOrder)
          issue.addIssue({ code: "custom", path: [index, "effectiveFrom"], message });
      }),
    );
}

/** A price in every currency of the site, from a minute on (CAT-2). */
const priceList = dated(
  z.strictObject({
    effectiveFrom: wholeMinute.optional(),
    VND: decimal,
    USD: decimal,
    JPY: decimal,
  }),
);

// So that the rate between any two of the currencies has enough digits.
const rate = decimal.refine(
  (text) => Number(text) >= 0.001 && Number(text) <= 100_000_000,
  "must be at least 0.001 and at most 100000000",
);
/** Units of the currency for one US dollar, from a moment on; the rates between the others follow (WAL-4). */
const exchangeRates = dated(
  z.strictObject({ effectiveFrom: moment.optional(), VND: rate, JPY: rate }),
);

const node = z.strictObject({
  count: z.number().int().min(1),
  gpu: z.strictObject({ model: z.string().min(1), count: z.number().int().min(1) }).nullable(),
  vcpu: z.number().int().min(1),
  memoryGib: z.number().int().min(1),
});

const milliseconds = z.number().int().min(0).max(86_400_000).optional();

/** Of simulated clusters, in site time; what is left out has a short default. */
const delays = z.strictObject({
  scheduleMs: milliseconds,
  startMs: milliseconds,
  stopMs: milliseconds,
  volumeMs: milliseconds,
  runMs: milliseconds,
  retryMs: milliseconds,
  nodeReturnMs: milliseconds,
});

const simulator = z.strictObject({
  id: name,
  kind: z.literal("simulator"),
  nodes: z.array(node).min(1),
  delays: delays.default({}),
});

const label = z.string().min(1).max(317);
const domain = z
  .string()
  .max(200)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "must be a domain name in lower case");
const registry = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?$/,
    "must be a host in lower case, with its port if any",
  );
const cidr = z.union([z.cidrv4(), z.cidrv6()]);

const kubernetes = z.strictObject({
  id: name,
  kind: z.literal("kubernetes"),
  /** A file; left out: the account that the control plane's own Pod runs with. */
  kubeconfig: z.string().min(1).nullable().default(null),
  context: z.string().min(1).nullable().default(null),
  /** Of every namespace; lets several sites share a cluster. */
  namespacePrefix: z
    .string()
    .max(20)
    .regex(/^[a-z]([a-z0-9-]*-)?$/, 'must be lower-case letters, digits and "-", and end with "-"')
    .default("aifactory-"),
  gpu: z
    .strictObject({
      /** The extended resource that counts GPUs. */
      resource: label.default("nvidia.com/gpu"),
      /** The node label that names the product. */
      label: label.default("nvidia.com/gpu.product"),
      /** GPU model of the flavors → values of the label. */
      products: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).default({}),
    })
    .prefault({}),
  /** Left out: the cluster's default. It must be able to expand volumes. */
  storageClass: name.nullable().default(null),
  /** The Gateway that HTTP ports are routed through, and the domain whose names lead to it. */
  gateway: z.strictObject({
    namespace: name,
    name,
    domain,
    /** Namespaces of the Pods that it forwards by; left out: its own. Envoy Gateway's are in `envoy-gateway-system`. */
    from: z.array(name).min(1).nullable().default(null),
  }),
  /** How TCP ports are reached: node ports at a host, or a load balancer for each resource. */
  tcp: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("NodePort"), host: domain }),
    z.strictObject({ type: z.literal("LoadBalancer") }),
  ]),
  /** `baseline` also runs images whose process is root. */
  podSecurity: z.enum(["restricted", "baseline"]).default("restricted"),
  priorityClass: name.nullable().default(null),
  /** Nodes, Services and Pods, beside private and link-local ranges: what workloads must not reach. */
  blockedRanges: z.array(cidr).default([]),
  /** A Prometheus that has the GPUs' use from NVIDIA's DCGM exporter; without one, idleness is judged without it. */
  prometheusUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
  temporaryStorageGib: z.number().int().min(1).max(10_000).default(100),
  /** A workload that has a place and no process after so long is given up, and its GPU freed. */
  startDeadlineSeconds: z.number().int().min(60).max(86_400).default(1800),
});

const port = z.strictObject({
  port: z.number().int().min(1).max(65_535),
  protocol: z.enum(["HTTP", "TCP"]),
});

export const clusterConfig = z.discriminatedUnion("kind", [simulator, kubernetes]);

/** The operator's one file: what the site offers, and for how much (CAT-1). */
export const siteFile = z
  .strictObject({
    site: z.strictObject({
      name: z.string().min(1).max(100),
      currency,
      autoCreateOrganization: z.boolean(),
      /** BIL-6: so long a Service may be below zero before what it has is deleted. */
      debtDeletionHours: z.number().int().min(2).max(8760).default(24),
      /** Hosts inside the site's network that containers may have their images from, with their ports. */
      internalRegistries: z.array(registry).default([]),
    }),
    regions: z
      .array(
        z.strictObject({
          id: name,
          name: z.string().min(1),
          country: z.string().length(2),
          clusters: z.array(clusterConfig).min(1),
        }),
      )
      .min(1),
    flavors: z.array(
      z.strictObject({
        id: name,
        regions: z.array(name).min(1),
        services,
        gpu: z
          .strictObject({ model: z.string().min(1), count: z.number().int().min(1).max(16) })
          .nullable(),
        vcpu: z.number().int().min(1),
        memoryGib: z.number().int().min(1),
        prices: priceList,
      }),
    ),
    storage: z.array(z.strictObject({ regions: z.array(name).min(1), prices: priceList })),
    images: z.array(
      z.strictObject({
        id: name,
        service: z.enum(SERVICES),
        name: z.string().min(1),
        reference: z.string().min(1),
        description: z.string(),
      }),
    ),
    templates: z.array(
      z.strictObject({
        id: name,
        name: z.string().min(1),
        description: z.string(),
        image: z.string().min(1),
        ports: z.array(port),
        env: z.array(z.strictObject({ name: z.string().min(1), value: z.string() })),
        command: z.array(z.string()).nullable(),
      }),
    ),
    exchangeRates,
  })
  .superRefine((file, issue) => {
    const regions = new Set(file.regions.map((region) => region.id));
    const check = (list: { regions: string[] }[], field: string) =>
      list.forEach((entry, index) =>
        entry.regions.forEach((region, at) => {
          if (!regions.has(region))
            issue.addIssue({
              code: "custom",
              path: [field, index, "regions", at],
              message: `there is no region "${region}"`,
            });
        }),
      );
    check(file.flavors, "flavors");
    check(file.storage, "storage");
    unique(file.regions, "regions", issue);
    unique(file.flavors, "flavors", issue);
    unique(file.images, "images", issue);
    unique(file.templates, "templates", issue);
    // The clock of a simulated site can be moved; what really runs cannot follow it.
    const kinds = file.regions.flatMap(({ clusters }) => clusters.map(({ kind }) => kind));
    file.regions.forEach(({ clusters }, index) =>
      clusters.forEach(({ kind }, at) => {
        if (kind !== kinds[0])
          issue.addIssue({
            code: "custom",
            path: ["regions", index, "clusters", at, "kind"],
            message: `must be "${kinds[0]}" like the others: a site is simulated as a whole or not at all`,
          });
      }),
    );
    unique(
      file.regions.flatMap(({ clusters }) => clusters),
      "regions.clusters",
      issue,
    );
    refuseSharedNamespaces(file.regions, issue);
    for (const region of regions) {
      if (!file.storage.some((entry) => entry.regions.includes(region))) {
        issue.addIssue({
          code: "custom",
          path: ["storage"],
          message: `region "${region}" has no storage price`,
        });
      }
    }
  });

function unique(list: { id: string }[], field: string, issue: z.core.$RefinementCtx): void {
  list.forEach((entry, index) => {
    if (list.findIndex((other) => other.id === entry.id) < index) {
      issue.addIssue({
        code: "custom",
        path: [field, index, "id"],
        message: `"${entry.id}" is named twice`,
      });
    }
  });
}

/** Two entries for one cluster would take each other's Workspaces away, unless the namespaces differ. */
function refuseSharedNamespaces(
  regions: { clusters: z.output<typeof clusterConfig>[] }[],
  issue: z.core.$RefinementCtx,
): void {
  const taken = new Map<string, string>();
  regions.forEach(({ clusters }, index) =>
    clusters.forEach((it, at) => {
      if (it.kind !== "kubernetes") return;
      const place = JSON.stringify([it.kubeconfig, it.context, it.namespacePrefix]);
      const other = taken.get(place);
      taken.set(place, it.id);
      if (other === undefined) return;
      issue.addIssue({
        code: "custom",
        path: ["regions", index, "clusters", at, "kubeconfig"],
        message: `leads to the same namespaces as that of "${other}": name another kubeconfig, context or namespacePrefix`,
      });
    }),
  );
}

export type SiteFile = z.output<typeof siteFile>;
export type ClusterConfig = z.output<typeof clusterConfig>;
export type Currency = z.output<typeof currency>;

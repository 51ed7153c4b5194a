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

/** A price in every currency of the site; the first of a list holds from the beginning (CAT-2). */
const prices = z.strictObject({ VND: decimal, USD: decimal, JPY: decimal });
const priceList = z
  .array(z.strictObject({ effectiveFrom: z.iso.datetime().optional(), ...prices.shape }))
  .min(1)
  .refine(
    (list) => list[0]!.effectiveFrom === undefined,
    "the first price holds from the beginning: leave its effectiveFrom out",
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

const port = z.strictObject({
  port: z.number().int().min(1).max(65_535),
  protocol: z.enum(["HTTP", "TCP"]),
});

/** The operator's one file: what the site offers, and for how much (CAT-1). */
export const siteFile = z
  .strictObject({
    site: z.strictObject({
      name: z.string().min(1).max(100),
      currency,
      autoCreateOrganization: z.boolean(),
    }),
    regions: z
      .array(
        z.strictObject({
          id: name,
          name: z.string().min(1),
          country: z.string().length(2),
          clusters: z.array(simulator).min(1),
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
    /** Units of the currency for one US dollar, with the date from which it holds. */
    exchangeRates: z
      .array(
        z.strictObject({ effectiveFrom: z.iso.datetime().optional(), VND: decimal, JPY: decimal }),
      )
      .min(1),
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

export type SiteFile = z.output<typeof siteFile>;
export type ClusterConfig = SiteFile["regions"][number]["clusters"][number];
export type Currency = z.output<typeof currency>;

import { z } from "zod";
import { values } from "../config.ts";
import { HTTP_PORT, SERVICE_PORT } from "./environment.ts";
import {
  cpu,
  databaseUrl,
  hostName,
  image,
  kubernetesName,
  memory,
  peers,
  port,
  structured,
  wholeNumber,
} from "./stack-values.ts";

const furtherPort = port.refine(
  (it) => it !== HTTP_PORT && it !== SERVICE_PORT,
  `must be another port than ${SERVICE_PORT} and ${HTTP_PORT}, where people are served`,
);

/** The stack's configuration, each value as Pulumi hands it over. */
export const stack = z
  .strictObject({
    /** What the Dockerfile makes, where the cluster can pull it. */
    image,
    /** Name and password for the image's registry, as `docker login` keeps them in config.json. */
    dockerConfig: structured(
      z.looseObject({ auths: z.record(z.string(), z.unknown()) }),
    ).optional(),
    namespace: kubernetesName.default("aifactory"),
    replicas: wholeNumber(1, 20).default(2),
    /** Asked for by each replica; the memory is its limit, too. */
    cpu: cpu.default("500m"),
    memory: memory.default("1Gi"),
    /** People reach the site at https://<host>. */
    host: hostName,
    /** The Gateway that leads there; its Pods are in its own namespace, or come `from` elsewhere. */
    gateway: structured(
      z.strictObject({
        name: kubernetesName,
        namespace: kubernetesName,
        section: kubernetesName.optional(),
        from: peers.optional(),
      }),
    ),
    /** As the application's role, and as the role that owns the schema, for the migration alone. */
    databaseUrl,
    databaseAdminUrl: databaseUrl,
    /** The site file: its path from the project's folder, or its content. */
    site: z.string().min(1),
    /** By cluster of the site file; a cluster without one is the one that we run in. */
    kubeconfigs: structured(z.record(z.string(), z.string())).default({}),
    oidc: structured(
      z.strictObject({
        issuer: z.url({ protocol: /^https$/, error: "must be an https:// URL" }),
        audience: z.string().min(1),
      }),
    ),
    operatorToken: values.operatorToken,
    smtp: structured(z.strictObject({ url: values.smtpUrl, from: values.sender })).optional(),
    invitationUrl: values.invitationUrl.optional(),
    /** Serves Prometheus metrics to these. */
    metrics: structured(
      z.strictObject({ port: furtherPort.default(9090), from: peers }),
    ).optional(),
    /** Answers these, the gateways of workloads, whether a request to an address may go on. */
    accessCheck: structured(
      z.strictObject({ port: furtherPort.default(8082), from: peers }),
    ).optional(),
    logLevel: values.logLevel.default("info"),
    /** PEM, trusted beside the usual ones: for PostgreSQL, the issuer, the mail server. */
    caCertificates: z
      .string()
      .includes("-----BEGIN CERTIFICATE-----", { error: "must be certificates as PEM" })
      .optional(),
    /** Ports of other hosts that replicas may connect to, beside 443, 6443 and those of the configured URLs. */
    egressPorts: structured(z.array(port)).default([]),
  })
  .superRefine(({ databaseUrl, databaseAdminUrl }, issue) => {
    const [application, owner] = [databaseUrl, databaseAdminUrl].map((url) => URL.parse(url ?? ""));
    if (application && owner && application.username === owner.username)
      issue.addIssue({
        code: "custom",
        path: ["databaseUrl"],
        message: "signs in as the role of databaseAdminUrl; the application needs one of its own",
      });
  })
  .superRefine(({ metrics, accessCheck }, issue) => {
    if (metrics && metrics.port === accessCheck?.port)
      issue.addIssue({
        code: "custom",
        path: ["metrics", "port"],
        message: "is that of accessCheck; each needs one of its own",
      });
  });

export type Stack = z.output<typeof stack>;
export type Key = keyof Stack;

/** What `pulumi config set` needs for each key; the messages show it. Those with --secret are refused without. */
export const SETTING: Readonly<Record<Key, string>> = {
  image: "image registry.example.com/aifactory:1.0.0",
  dockerConfig: "--secret dockerConfig < config.json",
  namespace: "namespace aifactory",
  replicas: "replicas 2",
  cpu: "cpu 500m",
  memory: "memory 1Gi",
  host: "host ai.example.com",
  gateway: "--path gateway.name public; pulumi config set --path gateway.namespace gateways",
  databaseUrl: "--secret databaseUrl postgres://aifactory_app:…@db.example.com/aifactory",
  databaseAdminUrl:
    "--secret databaseAdminUrl postgres://aifactory_owner:…@db.example.com/aifactory",
  site: "site site.json",
  kubeconfigs: "--secret --path kubeconfigs.hanoi-1 < hanoi-1.kubeconfig",
  oidc: "--path oidc.issuer https://login.example.com; pulumi config set --path oidc.audience aifactory",
  operatorToken: "--secret operatorToken $(openssl rand -hex 32)",
  smtp: "--secret --path smtp.url smtps://…; pulumi config set --path smtp.from no-reply@example.com",
  invitationUrl: "invitationUrl 'https://console.example.com/join?code={code}'",
  metrics: "--path 'metrics.from[0]' monitoring",
  accessCheck: "--path 'accessCheck.from[0]' gateways",
  logLevel: "logLevel info",
  caCertificates: "caCertificates < ca.pem",
  egressPorts: "--path 'egressPorts[0]' 8443",
};

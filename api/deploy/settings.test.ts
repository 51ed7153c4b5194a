import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { replicaPorts } from "./egress.ts";
import { readSettings } from "./read-settings.ts";
import { SETTING } from "./settings.ts";
import { exampleStack, kubeconfig, SECRET_KEYS, site } from "./testing/example-stack.ts";

const secretKeys = new Set(SECRET_KEYS);

/** The example with changes; undefined leaves a key out. */
function read(changes: Record<string, unknown> = {}, secrets = secretKeys, root = "/nowhere") {
  const config: Record<string, string> = { ...exampleStack };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete config[key];
    else config[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return readSettings({ config, secretKeys: secrets, root });
}

function withCluster(changes: object): object {
  const changed = structuredClone(site);
  Object.assign(changed.regions[1]!.clusters[0]!, changes);
  return changed;
}

const only = <T extends { regions: string[] }>(entries: T[], region: string) =>
  entries
    .filter(({ regions }) => regions.includes(region))
    .map((entry) => ({ ...entry, regions: [region] }));
const oneRegion = {
  ...site,
  regions: site.regions.slice(0, 1),
  flavors: only(site.flavors, site.regions[0]!.id),
  storage: only(site.storage, site.regions[0]!.id),
};

describe("the stack's configuration", () => {
  test("has few keys that must be set, and defaults for the rest", () => {
    const optional = ["smtp", "dockerConfig", "metrics", "accessCheck", "egressPorts"];
    const settings = read(Object.fromEntries(optional.map((key) => [key, undefined])));
    expect(settings).toMatchObject({
      namespace: "aifactory",
      replicas: 2,
      cpu: "500m",
      memory: "1Gi",
      logLevel: "info",
      egressPorts: [],
    });
    const { kubeconfigs, deployed } = read({ kubeconfigs: undefined, site: oneRegion });
    expect(kubeconfigs).toEqual({});
    expect(deployed).toMatchObject({ inCluster: true, ports: [] });
  });

  test("names the site file, or holds it", () => {
    const root = mkdtempSync(join(tmpdir(), "aifactory-stack-"));
    writeFileSync(join(root, "site.json"), JSON.stringify(site));
    expect(read({ site: "site.json" }, secretKeys, root)).toMatchObject({
      deployed: read().deployed,
    });
    rmSync(root, { recursive: true });
  });

  test("gives each cluster of a kubeconfig its path in the Pods, and leaves the others to the Pods' own account", () => {
    const { deployed } = read();
    const clusters = JSON.parse(deployed.json).regions.flatMap((region: any) => region.clusters);
    expect(clusters.map((it: any) => [it.id, it.kubeconfig])).toEqual([
      ["hanoi-1", undefined],
      ["tokyo-1", "/etc/aifactory/kubeconfigs/tokyo-1"],
    ]);
    expect(deployed).toMatchObject({ inCluster: true, ports: [16443] });
    const all = { "hanoi-1": kubeconfig("https://hanoi.example.com"), "tokyo-1": tokyo() };
    expect(read({ kubeconfigs: all }).deployed).toMatchObject({
      inCluster: false,
      ports: [443, 16443],
    });
    expect(read({ kubeconfigs: { "tokyo-1": stringify(parse(tokyo())) } }).deployed).toEqual(
      deployed,
    );
  });

  test("opens the port of each Prometheus, but for 80", () => {
    const asking = (prometheusUrl: string) => ({ site: withCluster({ prometheusUrl }) });
    const ports = (changes: Record<string, unknown>) => replicaPorts(read(changes));
    expect(ports(asking("http://prometheus.monitoring.svc:9090"))).toContain(9090);
    expect(ports(asking("https://prometheus.example.com"))).toEqual(ports({}));
    const behindService = { ...asking("http://prometheus.monitoring.svc"), egressPorts: [9091] };
    expect(ports(behindService)).toContain(9091);
    expect(ports(behindService)).not.toContain(80);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no image", { image: undefined }, /^ {2}image: is missing\n {4}pulumi config set image reg/m],
    ["an image of no version", { image: "reg.example.com:5000/ai" }, /image: must name a version/],
    ["the latest image", { image: "reg.example.com/ai:latest" }, /image: must name a version/],
    ["no image's name", { image: "Some Image" }, /image: must be the name of an image/],
    ["a URL as host", { host: "https://ai.example.com" }, /host: must be a host name/],
    ["a host without domain", { host: "localhost" }, /host: must be a host name/],
    ["too many replicas", { replicas: "200" }, /replicas: must be a whole number, 1 to 20/],
    ["no replicas", { replicas: "0" }, /replicas: must be a whole number, 1 to 20/],
    ["a namespace of another form", { namespace: "AI" }, /namespace: must be lower-case/],
    ["bytes without unit", { memory: "1024" }, /memory: must be in Mi or Gi/],
    ["a gateway that is no object", { gateway: "public" }, /gateway: has parts: set each/],
    ["a gateway without namespace", { gateway: { name: "public" } }, /gateway.namespace: /],
    [
      "a peer of no form",
      { gateway: { name: "a", namespace: "b", from: ["10.0.0.0/99"] } },
      /gateway.from.0: must be a namespace, a range/,
    ],
    ["no database", { databaseUrl: undefined }, /databaseUrl: is missing/],
    ["another database", { databaseUrl: "mysql://a:b@c/d" }, /databaseUrl: must be a postgres:/],
    ["no user", { databaseUrl: "postgres://db.example.com/a" }, /databaseUrl: .* with a user/],
    ["the Pod's own host", { databaseUrl: "postgres://a@localhost/a" }, /localhost is the Pod/],
    [
      "the owner as the application",
      { databaseUrl: exampleStack.databaseAdminUrl },
      /databaseUrl: signs in as the role of databaseAdminUrl/,
    ],
    ["no issuer", { oidc: undefined }, /oidc: is missing/],
    ["an issuer alone", { oidc: { issuer: "https://login.example.com" } }, /oidc.audience: /],
    [
      "an issuer in plain text",
      { oidc: { issuer: "http://login.example.com", audience: "a" } },
      /oidc.issuer: must be an https/,
    ],
    ["a short token", { operatorToken: "short" }, /operatorToken: must have at least 24/],
    ["mail without sender", { smtp: { url: "smtps://m.example.com" } }, /smtp.from: /],
    ["a mail server of no mail", { smtp: { url: "x", from: "a@b.example" } }, /smtp.url: must be/],
    ["a page without a code", { invitationUrl: "https://a.example" }, /invitationUrl: must cont/],
    ["access checks for nobody", { accessCheck: { from: [] } }, /accessCheck.from: /],
    ["metrics for nobody", { metrics: { from: [] } }, /metrics.from: /],
    ["no port", { egressPorts: ["http"] }, /egressPorts.0: must be a port/],
    ["no certificate", { caCertificates: "ca.pem" }, /caCertificates: must be certificates as PEM/],
    ["an unknown key", { imgae: "x" }, /imgae: is unknown; the keys are image, /],
    ["an unknown part", { oidc: { issuer: "https://x.example", audience: "a", x: 1 } }, /oidc: Un/],
    ["no site file", { site: undefined }, /site: is missing/],
    ["a site file that is not there", { site: "site.json" }, /site: cannot be read: ENOENT/],
    ["a site file of no JSON", { site: "{" }, /site: cannot be read: /],
    ["a site file without regions", { site: {} }, /site \/regions: /],
    [
      "a site file with a wrong price",
      { site: { ...site, storage: [] } },
      /site \/storage: region/,
    ],
    [
      "a simulated region",
      { site: withCluster({ kind: "simulator", nodes: [] }) },
      /site cluster tokyo-1: is a simulator, which production refuses/,
    ],
    [
      "a kubeconfig of this machine",
      { site: withCluster({ kubeconfig: "/root/.kube/config" }) },
      /site cluster tokyo-1: has a kubeconfig, .* set its content as kubeconfigs\.tokyo-1/,
    ],
    [
      "a kubeconfig of no cluster",
      { kubeconfigs: { "osaka-1": tokyo() } },
      /kubeconfigs\.osaka-1: is of no cluster of the site file, which has hanoi-1, tokyo-1/,
    ],
    [
      "a context that is not there",
      { site: withCluster({ context: "other" }) },
      /kubeconfigs\.tokyo-1: has no cluster and user for the context "other"/,
    ],
    [
      "a forgotten kubeconfig",
      { kubeconfigs: {} },
      /^ {2}kubeconfigs\.tokyo-1: is missing, as is that of hanoi-1; .*\n {4}pulumi config set --secret --path kubeconfigs/m,
    ],
    [
      "a context without a kubeconfig",
      { kubeconfigs: { "hanoi-1": tokyo() }, site: withCluster({ context: "main" }) },
      /site cluster tokyo-1: has a context, but no kubeconfig; leave it out, or set kubeconfigs\.tokyo-1/,
    ],
    [
      "a Prometheus on the port of credentials",
      {
        site: withCluster({ prometheusUrl: "http://prometheus.monitoring.svc" }),
        egressPorts: undefined,
      },
      /egressPorts: is missing: site cluster tokyo-1 asks Prometheus on port 80, .*\n {4}pulumi config set --path 'egressPorts/,
    ],
    [
      "a Prometheus of no web address",
      { site: withCluster({ prometheusUrl: "ftp://prometheus" }) },
      /site \/regions\/1\/clusters\/0\/prometheusUrl: /,
    ],
    [
      "metrics where people are served",
      { metrics: { port: 8080, from: ["monitoring"] } },
      /metrics\.port: must be another port than 80 and 8080/,
    ],
    [
      "access checks on the Service's own port",
      { accessCheck: { port: 80, from: ["gateways"] } },
      /accessCheck\.port: must be another port than 80 and 8080/,
    ],
    [
      "metrics and access checks on one port",
      { metrics: { port: 8082, from: ["monitoring"] } },
      /metrics\.port: is that of accessCheck/,
    ],
    ["no YAML", { kubeconfigs: { "tokyo-1": "a: [" } }, /kubeconfigs\.tokyo-1: is no YAML/],
    [
      "no kubeconfig",
      { kubeconfigs: { "tokyo-1": "a: b" } },
      /tokyo-1: is no kubeconfig for a Pod/,
    ],
    ...(
      [
        ["client-key", "names a file"],
        ["client-certificate", "names a file"],
        ["tokenFile", "names a file"],
        ["exec", "asks a command"],
        ["auth-provider", "asks a command"],
      ] as const
    ).map(([field, why]): [string, Record<string, unknown>, RegExp] => [
      `a kubeconfig with ${field}`,
      { kubeconfigs: { "tokyo-1": kubeconfig("https://a.example", { [field]: "x" }) } },
      new RegExp(`tokyo-1: is no kubeconfig for a Pod: users.0.user.${field} ${why}`),
    ]),
    [
      "an API server in plain text",
      { kubeconfigs: { "tokyo-1": kubeconfig("http://a.example") } },
      /clusters.0.cluster.server must be an https/,
    ],
  ])("%s is refused with a sentence", (_, changes, sentence) => {
    expect(() => read(changes)).toThrow(sentence);
  });

  test("has these secrets", () => {
    const secret = Object.entries(SETTING).filter(([, setting]) => setting.includes("--secret"));
    expect(new Set(secret.map(([key]) => key))).toEqual(secretKeys);
  });

  test.each(SECRET_KEYS)("%s is refused where it is not encrypted", (key) => {
    const others = new Set(SECRET_KEYS.filter((other) => other !== key));
    expect(() => read({}, others)).toThrow(
      new RegExp(`^The stack's configuration is not valid:\n {2}${key}: is a secret: encrypt it\n`),
    );
  });

  test("no message repeats a secret", () => {
    const wrong = Object.fromEntries(SECRET_KEYS.map((key) => [key, "hunter2"]));
    const kubeconfigs = { "tokyo-1": kubeconfig("hunter2", { exec: "hunter2" }), x: "hunter2" };
    for (const changes of [wrong, { kubeconfigs }, { smtp: { url: "hunter2", from: "hunter2" } }]) {
      let message = "";
      try {
        read(changes, new Set());
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message).not.toBe("");
      expect(message).not.toContain("hunter2");
    }
  });
});

function tokyo(): string {
  return JSON.parse(exampleStack.kubeconfigs!)["tokyo-1"];
}

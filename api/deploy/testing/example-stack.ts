import defaultSite from "../../domain/catalogue/default-site.json" with { type: "json" };

/** A kubeconfig that needs nothing beside it. */
export function kubeconfig(server: string, user: object = { token: "kubeconfig-secret" }): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "main",
    contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server, "certificate-authority-data": "Y2E=" } }],
    users: [{ name: "u", user }],
  });
}

const cluster = (id: string) => ({
  id,
  kind: "kubernetes",
  gateway: { namespace: "gateways", name: "notebooks", domain: `${id}.example.com` },
  tcp: { type: "LoadBalancer" },
});

/** The default site, but for real clusters: one beside us, one by kubeconfig. */
export const site = {
  ...defaultSite,
  regions: defaultSite.regions.map((region) => ({
    ...region,
    clusters: region.clusters.map(({ id }) => cluster(id)),
  })),
};

export const SECRET_KEYS = [
  "databaseUrl",
  "databaseAdminUrl",
  "operatorToken",
  "kubeconfigs",
  "smtp",
  "dockerConfig",
];

/** A stack with every key but those that have a good default. */
export const exampleStack: Readonly<Record<string, string>> = {
  image: "registry.example.com:5000/team/aifactory:1.4.0",
  host: "ai.example.com",
  gateway: JSON.stringify({ name: "public", namespace: "gateways", section: "https" }),
  databaseUrl: "postgres://aifactory_app:app-secret@db.example.com:6543/aifactory",
  databaseAdminUrl: "postgres://aifactory_owner:owner-secret@db.example.com/aifactory",
  site: JSON.stringify(site),
  kubeconfigs: JSON.stringify({ "tokyo-1": kubeconfig("https://tokyo.example.com:16443") }),
  oidc: JSON.stringify({ issuer: "https://login.example.com", audience: "aifactory" }),
  operatorToken: "operator-secret-operator-secret",
  smtp: JSON.stringify({
    url: "smtps://robot:smtp-secret@mail.example.com",
    from: "AI Factory <no-reply@example.com>",
  }),
  dockerConfig: JSON.stringify({
    auths: { "registry.example.com:5000": { auth: "registry-secret" } },
  }),
  accessCheck: JSON.stringify({ from: ["gateways"] }),
  metrics: JSON.stringify({ from: ["monitoring", "10.1.0.0/16"] }),
  caCertificates: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  egressPorts: "[8443]",
};

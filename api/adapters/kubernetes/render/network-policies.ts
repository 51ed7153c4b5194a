import type { KubernetesConfig } from "../config.ts";
import type { KubernetesObject, ObjectMeta } from "../api/object.ts";

// Among them what clouds serve to their nodes alone: metadata and, at Azure, a public address.
const PRIVATE_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "168.63.129.16/32",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
];
const PRIVATE_V6 = [
  "::1/128",
  "fc00::/7",
  "fe80::/10",
  "ff00::/8",
  "64:ff9b::/96",
  "64:ff9b:1::/48",
];

/**
 * Nothing comes in or goes out but: from the Gateway, to the names' server, and to the public internet without private,
 * link-local and the site's own ranges.
 */
export function networkPoliciesOf(
  config: KubernetesConfig,
  namespace: string,
  metadata: (name: string) => ObjectMeta,
): KubernetesObject[] {
  const policy = (name: string, spec: object): KubernetesObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { ...metadata(name), namespace },
    spec: { podSelector: {}, ...spec },
  });
  const inNamespace = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const dns = {
    to: [
      { ...inNamespace("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } },
    ],
    ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })),
  };
  const internet = {
    to: [
      { ipBlock: { cidr: "0.0.0.0/0", except: exceptions(config, PRIVATE_V4, false) } },
      { ipBlock: { cidr: "::/0", except: exceptions(config, PRIVATE_V6, true) } },
    ],
  };
  return [
    policy("deny-all", { policyTypes: ["Ingress", "Egress"] }),
    policy("from-gateway", {
      policyTypes: ["Ingress"],
      ingress: [{ from: gatewayNamespaces(config).map(inNamespace) }],
    }),
    policy("to-internet", { policyTypes: ["Egress"], egress: [dns, internet] }),
  ];
}

const gatewayNamespaces = ({ gateway }: KubernetesConfig) => gateway.from ?? [gateway.namespace];

function exceptions({ blockedRanges }: KubernetesConfig, own: string[], v6: boolean): string[] {
  return [...new Set([...own, ...blockedRanges.filter((range) => range.includes(":") === v6)])];
}

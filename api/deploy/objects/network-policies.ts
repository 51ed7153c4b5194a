import type { Output, Resource } from "@pulumi/pulumi";
import { networking, type types } from "@pulumi/kubernetes";
import { migrationPorts, replicaPorts } from "../egress.ts";
import { HTTP_PORT } from "../environment.ts";
import type { Settings } from "../read-settings.ts";
import { labels, selector } from "./place.ts";

type Spec = types.input.networking.v1.NetworkPolicySpec;

/** Nobody reaches the replicas but gateways and who collects metrics; nothing here reaches more than it was configured for. */
export function makeNetworkPolicies(settings: Settings, namespace: Output<string>): Resource[] {
  const { gateway, metrics, accessCheck } = settings;
  const make = (name: string, spec: Spec) =>
    new networking.v1.NetworkPolicy(name, {
      metadata: { name, namespace, labels: labels() },
      spec: { ...spec, policyTypes: ["Ingress", "Egress"] },
    });
  return [
    make("nothing-else", { podSelector: {} }),
    make("control-plane", {
      podSelector: { matchLabels: selector("control-plane") },
      ingress: [
        allowed(HTTP_PORT, gateway.from ?? [gateway.namespace]),
        ...(metrics ? [allowed(metrics.port, metrics.from)] : []),
        ...(accessCheck ? [allowed(accessCheck.port, accessCheck.from)] : []),
      ],
      egress: egressTo(replicaPorts(settings)),
    }),
    make("migration", {
      podSelector: { matchLabels: selector("migration") },
      egress: egressTo(migrationPorts(settings)),
    }),
  ];
}

function allowed(
  port: number,
  peers: string[],
): types.input.networking.v1.NetworkPolicyIngressRule {
  const ports = [{ protocol: "TCP", port }];
  // Some gateways belong to no namespace and no range that a policy could name.
  return peers.includes("*") ? { ports } : { ports, from: peers.map(peerOf) };
}

function peerOf(peer: string): types.input.networking.v1.NetworkPolicyPeer {
  if (peer.includes("/")) return { ipBlock: { cidr: peer } };
  return { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer } } };
}

/** By port alone: which addresses a policy's ranges mean inside a cluster differs from one network to another. */
function egressTo(ports: number[]): types.input.networking.v1.NetworkPolicyEgressRule[] {
  return [
    { ports: ["UDP", "TCP"].map((protocol) => ({ protocol, port: 53 })) },
    { ports: ports.map((port) => ({ protocol: "TCP", port })) },
  ];
}

import { join } from "node:path";
import type { ComponentName } from "./binaries.ts";

export type KubernetesName = Exclude<ComponentName, "kwok" | "simulated-kubelet">;

export interface Places {
  folder: string;
  ports: Ports;
  /** Waits for the disk at every write, as in production; tests need not. */
  durable: boolean;
}

export interface Ports {
  etcd: number;
  etcdPeer: number;
  apiServer: number;
}

/** The arguments of the programs that make up a Kubernetes without nodes, on the loopback. */
export function commands(places: Places): Record<KubernetesName, string[]> {
  const { folder, ports } = places;
  const at = (port: number) => `http://127.0.0.1:${port}`;
  const file = (name: string) => join(folder, name);
  // Their own pace is for clusters of thousands of nodes; a suite waits for them.
  const client = [
    `--kubeconfig=${file("admin.kubeconfig")}`,
    "--kube-api-qps=1000",
    "--kube-api-burst=2000",
    "--leader-elect=false",
    "--secure-port=0",
  ];
  return {
    etcd: [
      `--data-dir=${file("etcd")}`,
      `--listen-client-urls=${at(ports.etcd)}`,
      `--advertise-client-urls=${at(ports.etcd)}`,
      `--listen-peer-urls=${at(ports.etcdPeer)}`,
      `--initial-advertise-peer-urls=${at(ports.etcdPeer)}`,
      `--initial-cluster=default=${at(ports.etcdPeer)}`,
      ...(places.durable ? [] : ["--unsafe-no-fsync"]),
    ],
    "kube-apiserver": [
      `--etcd-servers=${at(ports.etcd)}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${ports.apiServer}`,
      // It makes its own certificate there at its first start, which is what kubeconfigs trust.
      `--cert-dir=${folder}`,
      "--endpoint-reconciler-type=none",
      "--service-cluster-ip-range=10.96.0.0/16",
      "--authorization-mode=RBAC",
      `--token-auth-file=${file("tokens.csv")}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${file("service-account.pub")}`,
      `--service-account-signing-key-file=${file("service-account.key")}`,
      "--allow-privileged=true",
      `--kubelet-client-certificate=${file("apiserver.crt")}`,
      `--kubelet-client-key=${file("apiserver.key")}`,
      "--kubelet-preferred-address-types=InternalIP",
    ],
    "kube-controller-manager": [
      ...client,
      `--service-account-private-key-file=${file("service-account.key")}`,
      `--root-ca-file=${file("apiserver.crt")}`,
      // A node that stops answering is noticed at once; how long it may be silent stays 50 s.
      "--node-monitor-period=1s",
    ],
    "kube-scheduler": client,
  };
}

export interface Nodes {
  /** Path of the administrator's kubeconfig. */
  admin: string;
  /** Of this machine, as the API server sees it. */
  address: string;
  ports: { kwok: number; kubelet: number };
  /** File of the certificates that vouch for the API server. */
  authority: string;
}

/** The arguments of the programs that play the nodes with our label. */
export function nodeCommands(
  folder: string,
  { admin, address, ports, authority }: Nodes,
): Record<"kwok" | "simulated-kubelet", string[]> {
  const configs = ["options", "nodes", "pods"];
  return {
    kwok: [
      `--kubeconfig=${admin}`,
      ...configs.map((name) => `--config=${join(import.meta.dirname, `kwok/${name}.yaml`)}`),
      "--manage-nodes-with-label-selector=kwok.x-k8s.io/node=fake",
      "--node-lease-duration-seconds=40",
      "--cidr=10.128.0.0/12",
      `--node-ip=${address}`,
      `--node-port=${ports.kubelet}`,
      `--server-address=127.0.0.1:${ports.kwok}`,
    ],
    "simulated-kubelet": [
      `--kubeconfig=${admin}`,
      `--address=${address}:${ports.kubelet}`,
      `--client-ca=${authority}`,
      `--logs=${logFolder(folder)}`,
    ],
  };
}

/** Where the processes of simulated Pods write. */
export const logFolder = (folder: string): string => join(folder, "pod-logs");

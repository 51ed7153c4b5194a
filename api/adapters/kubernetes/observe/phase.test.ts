import { expect, test } from "vitest";
import {
  backOff,
  disrupted,
  pulledAnew,
  ready,
  restarted,
  seen,
  unready,
  unschedulable,
  waiting,
} from "../testing/pods.ts";
import { phaseOf, type Circumstances } from "./phase.ts";

const here: Circumstances = {
  nodeGone: false,
  nodeAway: false,
  now: new Date("2026-11-29T09:05:00Z"),
  startDeadlineSeconds: 1800,
};
const late = { ...here, now: new Date("2026-11-29T09:30:01Z") };
const T = "2026-11-29T09:01:00Z";
const removed = { deletionTimestamp: "2026-11-29T09:20:30Z", graceSeconds: 30 };

test.each([
  ["is not looked at yet", seen({ node: null }), here, "waiting", null],
  [
    "finds no room",
    seen({
      node: null,
      status: unschedulable("0/3 nodes are available: 3 Insufficient nvidia.com/gpu."),
    }),
    here,
    "waiting",
    "waitingForCapacity",
  ],
  [
    "waits for a volume",
    seen({ node: null, status: unschedulable("pod has unbound immediate PersistentVolumeClaims") }),
    here,
    "waiting",
    "volumePending",
  ],
  [
    "waits for a volume that another one has",
    seen({
      node: null,
      status: unschedulable(
        "0/2 nodes are available: 1 node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode.",
      ),
    }),
    here,
    "waiting",
    "volumeInUse",
  ],
  ["has a place", seen({ status: waiting("ContainerCreating", "") }), here, "starting", null],
  [
    "is pulled in vain",
    seen({ status: waiting("ErrImagePull", "no such host") }),
    here,
    "starting",
    "imagePull",
  ],
  [
    "is never pulled",
    seen({ status: waiting("ImagePullBackOff", "no such host") }),
    late,
    "failed",
    "imagePull",
  ],
  [
    "is pulled in vain after it ran for long",
    seen({ status: ready(T) }, { status: pulledAnew("2026-11-29T09:20:00Z") }),
    late,
    "starting",
    "imagePull",
  ],
  [
    "is never pulled again",
    seen({ status: ready(T) }, { status: pulledAnew("2026-11-29T09:00:00Z") }),
    late,
    "failed",
    "imagePull",
  ],
  [
    "was never ready, and has its image no more",
    seen({ status: pulledAnew("2026-11-29T09:20:00Z") }),
    late,
    "failed",
    "imagePull",
  ],
  [
    "is ended and started by the kubelet itself for the last time",
    seen({ status: restarted(T, T, 5) }),
    here,
    "ready",
    null,
  ],
  [
    "is ended and started by the kubelet itself once too often",
    seen({ status: restarted(T, T, 6) }),
    here,
    "failed",
    "crash",
  ],
  [
    "ends well whenever the kubelet ends it, once too often",
    seen({ status: restarted(T, T, 6, 0) }),
    here,
    "failed",
    "unhealthy",
  ],
  [
    "cannot be started",
    seen({ status: waiting("CreateContainerConfigError", "image will run as root") }),
    here,
    "starting",
    "crash",
  ],
  [
    "takes too long to start",
    seen({ status: waiting("ContainerCreating", "") }),
    late,
    "failed",
    "unhealthy",
  ],
  ["is ready", seen({ status: ready(T) }), here, "ready", null],
  ["is ready for long", seen({ status: ready(T) }), late, "ready", null],
  [
    "ceased to answer",
    seen({ status: ready(T) }, { status: unready(T) }),
    here,
    "notReady",
    "unhealthy",
  ],
  ["is between two restarts", seen({ status: backOff(T, 3, 4) }), here, "notReady", "crash"],
  [
    "has been restarted for the last time",
    seen({ status: backOff(T, 3, 5) }),
    here,
    "failed",
    "crash",
  ],
  [
    "used too much memory",
    seen({ status: backOff(T, 137, 5, "OOMKilled") }),
    here,
    "failed",
    "outOfMemory",
  ],
  ["ended well", seen({ status: { phase: "Succeeded" } }), here, "exited", null],
  [
    "is being removed",
    seen({ status: ready(T) }, { status: ready(T), removed }),
    here,
    "stopping",
    null,
  ],
  [
    "ended because it is removed",
    seen({ status: { phase: "Failed" }, removed }),
    here,
    "stopping",
    null,
  ],
  ["lost its node", seen({ status: ready(T) }), { ...here, nodeGone: true }, "lost", "nodeLost"],
  [
    "is on a node that does not answer",
    seen({ status: ready(T) }, { status: unready(T) }),
    { ...here, nodeAway: true },
    "notReady",
    "nodeLost",
  ],
  [
    "was evicted from such a node",
    seen({
      removed,
      status: {
        ...unready(T),
        conditions: [disrupted("DeletionByTaintManager", "Taint manager: deleting")],
      },
    }),
    here,
    "lost",
    "evicted",
  ],
  [
    "had to give way",
    seen({
      status: {
        phase: "Failed",
        conditions: [
          disrupted("PreemptionByScheduler", "preempting to accommodate a higher priority pod"),
        ],
      },
    }),
    here,
    "lost",
    "evicted",
  ],
  [
    "filled its disk",
    seen({
      status: {
        phase: "Failed",
        reason: "Evicted",
        message: "Pod ephemeral local storage usage exceeds the total limit of containers 100Gi.",
      },
    }),
    here,
    "failed",
    "evicted",
  ],
] as const)("RES-4 a workload that %s", (_, pod, circumstances, phase, code) => {
  const found = phaseOf(pod, circumstances);
  expect(found.phase).toBe(phase);
  expect(found.cause?.code ?? null).toBe(code);
});

test.each([
  [
    'container has runAsNonRoot and image will run as root (pod: "r-1_ws", container: main)',
    "is root",
  ],
  ['exec: "train": executable file not found in $PATH: /run/containerd/io/x', "not in the image"],
  ["failed to create shim task: /var/lib/kubelet/pods/…", "RunContainerError"],
])(
  "RES-4 a process that cannot be started says why in words that tell nothing of the node",
  (said, told) => {
    const { cause } = phaseOf(seen({ status: waiting("RunContainerError", said) }), here);
    expect(cause!.message).toContain(told);
    expect(cause!.message).not.toMatch(/r-1|\/run|\/var/);
  },
);

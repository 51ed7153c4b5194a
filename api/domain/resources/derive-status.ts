import type { ObservedWorkload } from "#ports/cluster.ts";
import { reasonOf, type ReasonCode } from "./status-reasons.ts";
import type { StatusReason, StopCause } from "./types.ts";

export type ResourceStatus =
  | "CREATING"
  | "PROCESSING"
  | "RUNNING"
  | "STOPPING"
  | "STOPPED"
  | "DELETING"
  | "FAILED"
  | "DELETED";

/** What verbs write. */
export interface Desired {
  kind: "notebook" | "container";
  desiredState: "running" | "stopped" | "deleted";
  desiredAt: Date;
  generation: number;
  stopCause: StopCause | null;
}

/** What the worker saw, and the site time at which it began to look; null: it has not looked yet. */
export interface Observation {
  observed: ObservedWorkload | null;
  observedAt: Date | null;
}

/** Its home volume or disk, which dies with it. */
export interface OwnVolume {
  observedSizeGib: number | null;
  deletedAt: Date | null;
}

export interface DerivedStatus {
  status: ResourceStatus;
  reason: StatusReason;
}

/**
 * Status and reason of a notebook or container (RES-1, RES-2, RES-4): one pure function of what is desired, what was
 * observed and its own volumes. A row of `resources` is both a `Desired` and an `Observation`. It says `STOPPED` and
 * `DELETED` only of what the cluster was seen to be rid of after it was asked to.
 */
export function deriveStatus(resource: Desired & Observation, volumes: OwnVolume[]): DerivedStatus {
  if (resource.desiredState === "running") return statusOfWanted(resource, volumes);
  const gone = isVerifiedGone(resource);
  if (resource.desiredState === "deleted") {
    if (!gone) return { status: "DELETING", reason: reasonOf("deleting") };
    const left = volumes.some((volume) => volume.deletedAt === null);
    return left
      ? { status: "DELETING", reason: reasonOf("deletingStorage") }
      : { status: "DELETED", reason: reasonOf("deleted") };
  }
  const { stopCause, observed } = resource;
  if (stopCause === "failed") return failed(observed);
  if (!gone) return { status: "STOPPING", reason: reasonOf("stopping") };
  return { status: "STOPPED", reason: reasonOf(STOPPED_BY[stopCause ?? "user"]) };
}

/** Whether the cluster was seen to have nothing of the workload, after the present state was asked for. */
export function isVerifiedGone({
  desiredAt,
  observed,
  observedAt,
}: Pick<Desired, "desiredAt"> & Observation): boolean {
  return (
    (observed === null || observed.phase === "gone") &&
    observedAt !== null &&
    observedAt >= desiredAt
  );
}

const STOPPED_BY: Record<Exclude<StopCause, "failed">, ReasonCode> = {
  user: "stoppedByUser",
  completed: "completed",
  insufficientBalance: "insufficientBalance",
  maximumRunningTime: "maximumRunningTime",
  idle: "idle",
};

function statusOfWanted(resource: Desired & Observation, volumes: OwnVolume[]): DerivedStatus {
  const { observed, generation } = resource;
  const coming = (code: ReasonCode): DerivedStatus => ({
    status: resource.kind === "notebook" ? "CREATING" : "PROCESSING",
    reason: reasonOf(
      code,
      code === "restarting" || code === "imagePull" ? (observed?.cause ?? null) : null,
    ),
  });
  if (observed === null || observed.phase === "gone") {
    return coming(
      volumes.some((volume) => volume.observedSizeGib === null) ? "volumePending" : "scheduling",
    );
  }
  if (observed.generation < generation || observed.phase === "stopping")
    return coming("predecessorStopping");
  switch (observed.phase) {
    case "ready":
      return { status: "RUNNING", reason: reasonOf("running") };
    case "waiting":
      return coming(waitingFor(observed));
    case "starting":
      return coming(observed.cause?.code === "imagePull" ? "imagePull" : "starting");
    case "notReady":
      return coming(observed.cause?.code === "unhealthy" ? "notReady" : "restarting");
    case "lost":
      return coming("nodeLost");
    case "exited":
      return { status: "STOPPING", reason: reasonOf("completed") };
    case "failed":
      return failed(observed);
  }
}

function waitingFor({ cause }: ObservedWorkload): ReasonCode {
  switch (cause?.code) {
    case "waitingForCapacity":
    case "volumePending":
    case "volumeInUse":
    case "predecessorStopping":
    case "nodeLost":
    case "refused":
      return cause.code;
    default:
      return "scheduling";
  }
}

function failed(observed: ObservedWorkload | null): DerivedStatus {
  const cause = observed?.cause ?? null;
  return { status: "FAILED", reason: reasonOf(failureOf(cause?.code), cause) };
}

function failureOf(code: string | undefined): ReasonCode {
  if (code === "crash") return "crashLoop";
  if (code === "imagePull") return "imagePullFailed";
  return code === "outOfMemory" ? "outOfMemory" : "failed";
}

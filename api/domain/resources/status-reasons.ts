import type { ClusterCause } from "#ports/cluster.ts";
import type { StatusReason } from "./types.ts";

const WAIT = "Nothing: it goes on by itself.";
const START = "Start it when you need it again.";

/** Every reason code of a status, in plain words, with the next step (RES-4). Codes never change their meaning. */
const REASONS = {
  scheduling: ["It was accepted and is being given a place.", WAIT],
  waitingForCapacity: [
    "It waits for free capacity in its region; waiting is not charged.",
    "It starts by itself as soon as there is room. To run sooner, choose another flavor or region.",
  ],
  volumePending: ["Its storage is being provisioned.", WAIT],
  volumeInUse: [
    "Its storage is still in use by another workload.",
    "Stop the other one, or wait for it to end.",
  ],
  predecessorStopping: ["The previous workload of this resource is still being stopped.", WAIT],
  starting: ["It has a place; its image is being fetched and its process started.", WAIT],
  imagePull: [
    "The image cannot be fetched; it is being tried again.",
    "Check the image's name and the registry credentials.",
  ],
  running: ["It is running.", null],
  restarting: [
    "Its process ended and is being started again; meanwhile it is not charged.",
    "Read its logs to see why it ended.",
  ],
  notReady: ["It runs but does not answer; meanwhile it is not charged.", "Read its logs."],
  nodeLost: ["The machine it ran on was lost; it is being started on another one.", WAIT],
  refused: ["The cluster refused it.", "Contact the operator of this site."],
  stopping: ["It is being stopped.", WAIT],
  stoppedByUser: ["It was stopped on request. Storage stays and is charged.", START],
  completed: ["Its process ended by itself, successfully.", START],
  insufficientBalance: [
    "It was stopped because the balance ran out. Storage stays and is charged.",
    "Add credit, then start it.",
  ],
  maximumRunningTime: ["It was stopped because its maximum running time was over.", START],
  idle: ["It was stopped because nobody used it.", START],
  crashLoop: [
    "Its process ended with an error each time it was started, so it was given up and its GPU freed.",
    "Read the cause, correct the image, command or environment, and start it again.",
  ],
  outOfMemory: [
    "Its process needed more memory than its flavor has, so it was given up and its GPU freed.",
    "Choose a flavor with more memory, or make the process need less, and start it again.",
  ],
  imagePullFailed: [
    "The image could not be fetched, so it was given up and its GPU freed.",
    "Correct the image's name or the registry credentials, and start it again.",
  ],
  failed: ["It could not be kept running.", "Read the cause, then start it again or delete it."],
  deleting: ["It is being deleted.", WAIT],
  deletingStorage: ["Its workload is gone; its storage is being deleted.", WAIT],
  deleted: ["It was deleted.", null],
  storageReady: ["It is provisioned.", null],
  storageGrowing: ["It is being made larger.", WAIT],
} as const satisfies Record<string, readonly [message: string, nextStep: string | null]>;

export type ReasonCode = keyof typeof REASONS;

/** The reason with this code; what the cluster has to say about the cause is added to the words. */
export function reasonOf(code: ReasonCode, cause: ClusterCause | null = null): StatusReason {
  const [message, nextStep] = REASONS[code];
  return { code, message: cause === null ? message : `${message} ${cause.message}`, nextStep };
}

/**
 * The outside world that runs workloads: a Kubernetes cluster or the simulator. Every call is idempotent and keyed by
 * the resource's id; calls may be repeated, reordered across resources and lost. Times are site time. A call that
 * cannot reach the cluster throws `ClusterUnavailable`, and may or may not have taken effect.
 */
export interface Cluster {
  readonly id: string;
  readonly region: string;
  readonly simulated: boolean;

  /**
   * Makes the workload of this generation exist. An older generation of the same resource is removed first, and never
   * runs beside it: until it is gone, asking may do no more than that, so callers ask again while an older one is
   * observed. An older generation asked for after a newer one is ignored, as is one that is being removed. A workload that
   * was `lost` is started anew. Waiting for capacity or for a volume is not an error. `volumes` are made exist first, as by
   * `applyVolume`; where the cluster will not have one of them, the workload is observed as refused.
   */
  applyWorkload(workload: Workload, volumes?: VolumeRequest[]): Promise<void>;
  /**
   * Asks for the removal of every generation of the workload; `observeWorkload` says when nothing is left. What has changed
   * unseen is taken in instead of being removed, so that it is recorded first: callers ask again while it is observed
   * otherwise than `stopping`.
   */
  deleteWorkload(workspaceId: string, resourceId: string): Promise<void>;
  /**
   * What the cluster has of the workload, the caller's own calls included; null when nothing is left. `before` is what was
   * last recorded of it: a cluster that keeps no history continues the intervals from there, and says that nothing is left
   * of what was there only after it has made sure.
   */
  observeWorkload(
    workspaceId: string,
    resourceId: string,
    before?: ObservedWorkload | null,
  ): Promise<ObservedWorkload | null>;
  /**
   * Lines of the newest generation's log, oldest first, read no faster than they are taken: none when nothing is left, or
   * has begun yet. With `follow` also what it will write, until its process has ended for good or the signal aborts.
   */
  logs(workspaceId: string, resourceId: string, options: LogOptions): AsyncIterable<string>;
  /** Starts a command beside the process of a workload. Throws `WorkloadNotRunning` when no process of it runs. */
  exec(workspaceId: string, resourceId: string, options: ExecOptions): Promise<ExecSession>;

  /**
   * Probes how a ready notebook is used at this moment (RES-9); null when none of it is ready. Nothing is remembered from
   * earlier probes. `accessToken` is the one that its workload was given.
   */
  observeActivity(
    workspaceId: string,
    resourceId: string,
    accessToken: string,
  ): Promise<Activity | null>;

  /** Makes the volume exist with at least this size; grows it when smaller, never shrinks it. */
  applyVolume(volume: VolumeRequest): Promise<void>;
  /**
   * Asks for the removal of the volume; it goes when no workload uses it any more. As with a workload, callers ask again
   * while it is observed otherwise than `deleting`.
   */
  deleteVolume(workspaceId: string, volumeId: string): Promise<void>;
  /** With `wasThere`, a cluster says that nothing is left only after it has made sure. */
  observeVolume(
    workspaceId: string,
    volumeId: string,
    wasThere?: boolean,
  ): Promise<ObservedVolume | null>;

  /** Makes what a Workspace has on the cluster as it must be, whatever others have made of it (ORG-3). */
  restoreWorkspace(workspaceId: string): Promise<void>;
  /** Removes what the cluster keeps for a Workspace as such; called when nothing in it is left. */
  deleteWorkspace(workspaceId: string): Promise<void>;

  /** Everything that the cluster holds in our name, for the sweep of orphans. */
  list(): Promise<{ workloads: ObjectRef[]; volumes: ObjectRef[]; workspaces: string[] }>;

  /** Free capacity (CAT-3): allocatable minus requested, node by node. */
  capacity(): Promise<NodeCapacity[]>;

  /** Tells of what changes until the signal aborts; may repeat itself. Throws when the cluster cannot be followed any more. */
  watch(listener: WatchListener, signal: AbortSignal): Promise<void>;
}

export interface WatchListener {
  /** From here on nothing is missed; what happened before, or since the last time, may have been. */
  begun(): void;
  changed(change: ObjectChange): void;
}

/** A cluster whose time is the site clock's: it says when something is next due, and does what is due. */
export interface ClockDriven {
  /** Site time; null when nothing is going on. */
  nextDueAt(): Promise<Date | null>;
  /**
   * Does everything that is due, in order of time. Answers what changed since the cursor of an earlier answer, whoever
   * did it; without a cursor, only where to go on from.
   */
  settle(since?: string): Promise<{ changes: ObjectChange[]; cursor: string }>;
}

/** Whether the cluster runs on the site clock. */
export function isClockDriven(cluster: Cluster): cluster is Cluster & ClockDriven {
  return "settle" in cluster && "nextDueAt" in cluster;
}

/** A cluster that is followed from afar: it says how long it has not been heard of, and how much it was asked. */
export interface Followed {
  /** Machine time in milliseconds, by kind of object; null before the first list. */
  silence(): Record<string, number | null>;
  /** Requests sent to it since the start, by HTTP method; those whose answers go on, such as watches, as `WATCH`. */
  requests(): Readonly<Record<string, number>>;
}

/** Whether the cluster is followed from afar. */
export function isFollowed(cluster: Cluster): cluster is Cluster & Followed {
  return "silence" in cluster;
}

/** The cluster could not be reached or did not answer: try again, for as long as it takes. */
export class ClusterUnavailable extends Error {
  override readonly name = "ClusterUnavailable";
}

/** No process of the workload runs just now: there is nothing to start a command beside. */
export class WorkloadNotRunning extends Error {
  override readonly name = "WorkloadNotRunning";
}

export interface LogOptions {
  /** Of what is there, so many lines at most; all of what is added. */
  tailLines: number;
  /** Of what is there, only what is not older. */
  sinceSeconds?: number | undefined;
  follow?: boolean;
  /** Ends it without an error. */
  signal?: AbortSignal | undefined;
}

export interface TerminalSize {
  columns: number;
  rows: number;
}

export interface ExecOptions extends TerminalSize {
  /** Program and arguments, which no shell reads; null starts the best shell that there is. */
  command: string[] | null;
  /** With a terminal of this size; without one, the size means nothing. */
  tty: boolean;
}

/** A command that runs beside the process of a workload. It ends with its workload. */
export interface ExecSession {
  /** What it writes, standard error included, read no faster than it is taken; ends with the session. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Once the session has ended; null when that was not by the command's own end. Never rejects. */
  readonly exitCode: Promise<number | null>;
  /** Hands it input; resolves when it may have more. Does nothing once the session has ended. */
  write(input: Uint8Array): Promise<void>;
  resize(size: TerminalSize): void;
  /** Ends the session from this side, at any time. */
  close(): void;
}

export interface ObjectRef {
  workspaceId: string;
  id: string;
}

export interface ObjectChange extends ObjectRef {
  object: "workload" | "volume";
  /** It has come some way towards what was asked for, and nothing hangs on it being known at once. */
  passing?: boolean;
}

export interface Workload {
  workspaceId: string;
  resourceId: string;
  generation: number;
  kind: "notebook" | "container";
  name: string;
  image: string;
  command: string[] | null;
  env: { name: string; value: string; secret: boolean }[];
  ports: Port[];
  size: { vcpu: number; memoryGib: number; gpu: { model: string; count: number } | null };
  /** The volumes are asked for before the workload, which waits for them. */
  mounts: { volumeId: string; mountPath: string }[];
  /** How often a process that ended otherwise than with 0 is started again, with growing pauses (RES-7). */
  maxRestarts: number;
  /** What the user presents to reach it over HTTP. */
  accessToken: string;
  registryCredentials: { server: string; username: string; password: string } | null;
}

export interface Port {
  port: number;
  protocol: "HTTP" | "TCP";
}

/**
 * `waiting`: for capacity or a volume. `starting`: placed, not yet ready. `notReady`: readiness lost, or between two
 * restarts. `exited`: ended with 0; it holds no capacity. `failed`: given up; the caller removes it. `lost`: its node is gone. `stopping`:
 * being removed. `gone`: nothing is left, kept in the database for its cause; a cluster answers null instead.
 */
export type WorkloadPhase =
  | "waiting"
  | "starting"
  | "ready"
  | "notReady"
  | "exited"
  | "failed"
  | "lost"
  | "stopping"
  | "gone";

/** Why a workload or volume is not as asked for. The codes are the same on every kind of cluster. */
export interface ClusterCause {
  code: ClusterCauseCode;
  /** Plain words, a full sentence. */
  message: string;
}

export type ClusterCauseCode =
  | "waitingForCapacity"
  | "volumePending"
  | "volumeInUse"
  | "predecessorStopping"
  | "imagePull"
  | "crash"
  | "outOfMemory"
  | "nodeLost"
  | "evicted"
  | "unhealthy"
  | "refused";

export interface ObservedWorkload {
  /** The newest that was asked for; 0 where something stands around a workload that is not there. */
  generation: number;
  phase: WorkloadPhase;
  cause: ClusterCause | null;
  /** Of the last process that ended. */
  exitCode: number | null;
  restarts: number;
  /**
   * The intervals in which the workload was ready, oldest first, of every generation of which anything is left; only
   * the last may be open.
   */
  intervals: ReadyInterval[];
  endpoints: Endpoint[];
  /** What stands around it is not as it was applied; to apply it again mends that. */
  drifted?: true;
}

/** ISO 8601, site time, half open. */
export interface ReadyInterval {
  generation: number;
  runningSince: string;
  stoppedAt: string | null;
}

export interface Endpoint {
  port: number;
  protocol: "HTTP" | "TCP";
  /** HTTP: a URL. TCP: host and port joined by a colon. */
  address: string;
}

/**
 * How a notebook is used. What could not be learned is null, which is never a reason to stop it. Ages instead of moments:
 * the clock of a workload is nobody's.
 */
export interface Activity {
  /** `busy`: kernels that compute. */
  kernels: { busy: number; quietSeconds: number | null } | null;
  /** `open`: terminals, in use or not. */
  terminals: { open: number; quietSeconds: number | null } | null;
  /** `open`: connections of people and programs to it. */
  connections: { open: number; quietSeconds: number | null } | null;
  /** The busiest of its GPUs over the last minutes; `unmetered` where it has none, or the cluster measures none. */
  gpuPercent: number | "unmetered" | null;
}

export interface VolumeRequest {
  workspaceId: string;
  volumeId: string;
  sizeGib: number;
}

export interface ObservedVolume {
  phase: "pending" | "ready" | "deleting";
  /** What there is, not what was asked for; 0 before it is provisioned. */
  sizeGib: number;
  /** When it was first provisioned; ISO 8601, site time. */
  provisionedAt: string | null;
  /** Since when it has this size; ISO 8601, site time. */
  sizeSince: string | null;
  cause: ClusterCause | null;
}

export interface NodeCapacity {
  gpuModel: string | null;
  /** Takes no workload without GPUs. */
  gpusOnly: boolean;
  free: { gpus: number; vcpu: number; memoryGib: number };
  total: { gpus: number; vcpu: number; memoryGib: number };
}

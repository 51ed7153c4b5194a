/**
 * The outside world that runs workloads: a Kubernetes cluster or the simulator. Every call is idempotent and keyed by
 * the resource's id; calls may be repeated, reordered across resources and lost. Times are site time.
 */
export interface Cluster {
  readonly id: string;
  readonly region: string;
  readonly simulated: boolean;

  /**
   * Makes the workload of this generation exist. An older generation of the same resource is removed first; an older
   * generation asked for after a newer one is ignored. Waiting for capacity is not an error.
   */
  applyWorkload(workload: Workload): Promise<void>;
  /** Asks for the removal of every generation of the workload; `observe` says when nothing is left. */
  deleteWorkload(workspaceId: string, resourceId: string): Promise<void>;
  /** A consistent read of what the cluster has of the workload; null when nothing is left. */
  observeWorkload(workspaceId: string, resourceId: string): Promise<ObservedWorkload | null>;
  logs(workspaceId: string, resourceId: string, options: { tailLines: number }): Promise<string[]>;

  /** Makes the volume exist with at least this size; grows it when smaller. */
  applyVolume(volume: VolumeRequest): Promise<void>;
  deleteVolume(workspaceId: string, volumeId: string): Promise<void>;
  observeVolume(workspaceId: string, volumeId: string): Promise<ObservedVolume | null>;

  /** Everything that the cluster holds in our name, for the sweep of orphans. */
  list(): Promise<{ workloads: ObjectRef[]; volumes: ObjectRef[] }>;

  /** Free capacity (CAT-3): allocatable minus requested. */
  capacity(): Promise<NodeCapacity[]>;

  /** Calls back with what changed until the signal aborts; may repeat itself, may miss nothing after it has begun. */
  watch(onChange: (change: ObjectChange) => void, signal: AbortSignal): Promise<void>;
}

/** A cluster whose time is the site clock's: it says when something is next due, and does what is due. */
export interface ClockDriven {
  nextDueAt(): Promise<Date | null>;
  settle(): Promise<ObjectChange[]>;
}

export interface ObjectRef {
  workspaceId: string;
  id: string;
}

export interface ObjectChange extends ObjectRef {
  object: 'workload' | 'volume';
}

export interface Workload {
  workspaceId: string;
  resourceId: string;
  generation: number;
  kind: 'notebook' | 'container';
  name: string;
  image: string;
  command: string[] | null;
  env: { name: string; value: string; secret: boolean }[];
  ports: Port[];
  size: { vcpu: number; memoryGib: number; gpu: { model: string; count: number } | null };
  mounts: { volumeId: string; mountPath: string }[];
  /** What the user presents to reach it over HTTP. */
  accessToken: string;
  registryCredentials: { server: string; username: string; password: string } | null;
}

export interface Port {
  port: number;
  protocol: 'HTTP' | 'TCP';
}

/** `waiting`: for capacity. `starting`: placed, not yet ready. `exited`: the process ended. `stopping`: being removed. */
export type WorkloadPhase = 'waiting' | 'starting' | 'ready' | 'notReady' | 'exited' | 'failed' | 'stopping';

export interface ObservedWorkload {
  generation: number;
  phase: WorkloadPhase;
  /** Why it is not ready, in a stable code and plain words. */
  cause: { code: string; message: string } | null;
  exitCode: number | null;
  restarts: number;
  /** Every interval in which this generation was ready, oldest first; the last may be open. ISO 8601, site time. */
  intervals: { runningSince: string; stoppedAt: string | null }[];
  endpoints: Endpoint[];
}

export interface Endpoint {
  port: number;
  protocol: 'HTTP' | 'TCP';
  /** HTTP: a URL. TCP: host and port joined by a colon. */
  address: string;
}

export interface VolumeRequest {
  workspaceId: string;
  volumeId: string;
  sizeGib: number;
}

export interface ObservedVolume {
  phase: 'pending' | 'ready' | 'deleting';
  sizeGib: number;
  /** When it was first provisioned; ISO 8601, site time. */
  provisionedAt: string | null;
  cause: { code: string; message: string } | null;
}

export interface NodeCapacity {
  gpuModel: string | null;
  free: { gpus: number; vcpu: number; memoryGib: number };
  total: { gpus: number; vcpu: number; memoryGib: number };
}

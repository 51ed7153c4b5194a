import type { Port } from "#ports/cluster.ts";

/** What a notebook asks for beside its flavor; stored as desired state. */
export interface NotebookSpec {
  image: string;
  /** RES-9: its own idle stop; absent or null: the Workspace's. */
  idleStop?: OwnIdleStop | null;
  /** Size of the home volume that re-creation has given to the successor (RES-1); shown while the old one goes. */
  formerHomeGib?: number;
}

/** What a container asks for beside its flavor; secret values live apart. */
export interface ContainerSpec {
  image: string;
  template: string | null;
  ports: Port[];
  /** Of secret variables only the name is here. */
  env: { name: string; value: string | null; secret: boolean }[];
  command: string[] | null;
  maxRunningSeconds: number | null;
}

/** Stopped when nobody has used it for so long (RES-9). */
export interface IdlePeriod {
  afterMinutes: number;
}

/** What a notebook itself says of idle stop. */
export type OwnIdleStop = IdlePeriod | "never";

/** What probes of a running notebook have told so far (RES-9). Moments are ISO 8601, site time. */
export interface Idleness {
  /** Names the run that it is about; of another one it says nothing. */
  runningSince: string;
  /** Since when every probe found it unused; null: the latest found it in use. */
  idleSince: string | null;
  /** The stop that people were told of; it holds for this period only. */
  announced: ({ stopsAt: string } & IdlePeriod) | null;
  /** Since when probes tell too little to judge; `told`: its events say so. */
  unknown: { since: string; told: boolean } | null;
}

/** RES-4: a stable code, plain words, and the next step. */
export interface StatusReason {
  code: string;
  message: string;
  nextStep: string | null;
}

/** Why a resource that is not asked to run is stopped. */
export type StopCause =
  | "user"
  | "completed"
  | "insufficientBalance"
  | "maximumRunningTime"
  | "idle"
  | "failed";

/** The end of a generation: when it was no longer asked for, and what it ran on. */
export interface GenerationEnd {
  /** As PostgreSQL writes it into JSON: ISO 8601 with an offset. */
  endedAt: string;
  flavor: string;
}

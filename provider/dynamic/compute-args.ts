import type { Input } from "@pulumi/pulumi";

/** How long `up` waits, and for what (IAC-4). */
export interface WaitArgs {
  /** `ready`: it runs. `scheduled`: it has a place. `none`: it was accepted. `ready` unless given. */
  readonly until?: Input<"ready" | "scheduled" | "none">;
  /** 1200 unless given; also for its deletion. */
  readonly timeoutSeconds?: Input<number>;
}

/** What notebooks and containers are given alike. */
export interface ComputeArgs {
  /** Another Workspace makes another one. */
  readonly workspaceId: Input<string>;
  readonly name: Input<string>;
  /** Another region makes another one. */
  readonly region: Input<string>;
  readonly flavor: Input<string>;
  readonly tags?: Input<Readonly<Record<string, Input<string>>>>;
  /** Declared, `up` starts or stops it; otherwise `up` leaves that to people, idleness and the Wallet (IAC-5). */
  readonly running?: Input<boolean>;
  readonly wait?: Input<WaitArgs>;
}

/** Outputs that both have beside their inputs. */
export const COMPUTE_OUTPUTS = ["tags", "running", "status", "createdBy", "createdAt"];

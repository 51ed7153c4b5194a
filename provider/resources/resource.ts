import type { Client } from "@aifactory/sdk";

/** Inputs as a program wrote them: anything may be missing, wrong, or `UNKNOWN`. */
export type Draft = Readonly<Record<string, unknown>>;

/** One thing wrong with an input, by its path: `homeVolume.sizeGib`. */
export interface Failure {
  readonly property: string;
  readonly reason: string;
}

/** What a change of inputs comes to. */
export interface Diff {
  readonly changes: boolean;
  /** Inputs that differ. */
  readonly changed: readonly string[];
  /** Those of them that another resource has to be made for. */
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Outputs that an update leaves as they are. */
  readonly stables: readonly string[];
}

/** What an operation may use. */
export interface Context {
  readonly client: Client;
  readonly organizationId: string;
  /** Identifies the resource in its program; part of its `clientToken` (IAC-3). */
  readonly urn: string;
  /** Tells the person who waits what is going on (IAC-4). */
  readonly say: (message: string) => void;
}

export interface Made<Outputs> {
  readonly id: string;
  readonly outputs: Outputs;
}

/** One kind of resource, whatever face shows it to Pulumi. Outputs are the inputs as they are in reality, and more. */
export interface Resource<Inputs = never, Outputs = unknown> {
  /** `olds`: the inputs of the last operation, empty for a new resource. */
  check(news: Draft, olds: Draft): Failure[];
  diff(olds: Outputs, news: Draft): Diff;
  /** @throws {InitError} when it exists and is not as it should be; anything else when there is none. */
  create(context: Context, inputs: Inputs): Promise<Made<Outputs>>;
  /** Null where it is gone; its id may be another one than asked for (RES-1, `replacedBy`). */
  read(context: Context, id: string, olds: Outputs): Promise<Made<Outputs> | null>;
  /** @throws {InitError} when it was changed and is not as it should be. */
  update(context: Context, id: string, olds: Outputs, news: Inputs): Promise<Outputs>;
  /** Answers when there is nothing left of it; one that is gone already is no error. */
  delete(context: Context, id: string, olds: Outputs): Promise<void>;
}

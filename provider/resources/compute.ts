import type { Client, StatusReason } from "@aifactory/sdk";
import type { Fields } from "./fields.ts";
import * as rules from "./rules.ts";

/** How long `up` waits, and for what (IAC-4). */
export interface Wait {
  /** `ready`: it runs. `scheduled`: it has a place. `none`: it was accepted. `ready` unless given. */
  readonly until?: "ready" | "scheduled" | "none";
  /** 1200 unless given; also for its deletion. */
  readonly timeoutSeconds?: number;
}

/** Inputs that notebooks and containers have in common. */
export interface ComputeInputs {
  readonly workspaceId: string;
  readonly name: string;
  readonly region: string;
  readonly flavor: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Declared, `up` starts or stops it; otherwise `up` leaves that alone (IAC-5). */
  readonly running?: boolean;
  readonly wait?: Wait;
}

/** What they show alike. `running` is whether it is asked to run. */
export interface ComputeOutputs extends ComputeInputs {
  readonly running: boolean;
  readonly status: string;
  readonly createdBy: string;
  readonly createdAt: string;
  /** It exists and has not been as it should be yet: the next `up` goes on (IAC-3). */
  readonly __pending?: true;
}

/** What the API tells of either. */
export interface Live {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly region: string;
  readonly flavor: string;
  readonly tags: Record<string, string>;
  readonly running: boolean;
  readonly status: string;
  readonly statusReason: StatusReason;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly replacedBy?: string | null;
}

/** The operations of the API on one of the two. */
export interface ComputeApi<L extends Live> {
  create(inputs: object, clientToken: string): Promise<L>;
  get(id: string, signal?: AbortSignal): Promise<L>;
  edit(id: string, changed: readonly string[], inputs: object): Promise<L>;
  remove(id: string): Promise<unknown>;
  start(id: string): Promise<L>;
  stop(id: string): Promise<L>;
}

/** What tells a notebook from a container. */
export interface ComputeKind<L extends Live, Inputs extends ComputeInputs, Outputs> {
  readonly what: string;
  /** The inputs in play, which may depend on each other. */
  fields(inputs: object): Fields;
  api(client: Client): ComputeApi<L>;
  /** Outputs beyond the common ones; `known` holds what the API does not tell. */
  outputsOf(live: L, known: Partial<Inputs & Outputs>): Omit<Outputs, keyof ComputeOutputs>;
  /** Inputs that may differ although reality cannot show it: secrets. They are sent after an adoption (IAC-3). */
  hidden(inputs: Inputs): readonly string[];
}

export const commonFields: Fields = {
  workspaceId: { rule: rules.id("ws"), required: true, replaces: true },
  name: { rule: rules.displayName, required: true },
  region: { rule: rules.name, required: true, replaces: true },
  flavor: { rule: rules.name, required: true },
  tags: { rule: rules.tags, default: {} },
  running: { rule: rules.boolean },
  wait: {
    rule: rules.shape({
      "until?": rules.oneOf("ready", "scheduled", "none"),
      "timeoutSeconds?": rules.integer(1, 7 * 86_400),
    }),
    default: null,
  },
};

/** The outputs of either; `known` holds what the API does not tell. */
export function outputsOf<L extends Live, Inputs extends ComputeInputs, Outputs>(
  kind: ComputeKind<L, Inputs, Outputs>,
  live: L,
  known: object,
): Outputs {
  const { wait } = known as Partial<ComputeOutputs>;
  const { workspaceId, name, region, flavor, tags, running, status, createdBy, createdAt } = live;
  const told = { workspaceId, name, region, flavor, tags, running, status, createdBy, createdAt };
  const common: ComputeOutputs = wait === undefined ? told : { ...told, wait };
  return { ...common, ...kind.outputsOf(live, known as Partial<Inputs & Outputs>) } as Outputs;
}

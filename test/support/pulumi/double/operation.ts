import type { RunningPack, Violation } from "../analyzer/policy-pack.ts";
import { type Diagnostic, type Result, type Step, changesOf, keyOf } from "../engine.ts";
import { type Properties, plain } from "../properties.ts";
import { type Checkpoint, type ResourceState, STACK_TYPE } from "./checkpoint.ts";
import type { ProviderHost } from "./provider.ts";

/** One `preview`, `up`, `refresh` or `destroy` on its way. */
export interface Operation {
  readonly site: { readonly stack: string; readonly project: string };
  readonly preview: boolean;
  readonly before: Checkpoint;
  /** Resources registered, read or kept so far, in the order in which that was done. */
  readonly news: ResourceState[];
  /** States of `before` that are gone from the real world. */
  readonly gone: Set<ResourceState>;
  /** States of `before` that a newer one has replaced and that still have to be deleted. */
  readonly superseded: Set<ResourceState>;
  /** URNs deleted ahead of their replacement, and not yet made again. */
  readonly deletedFirst: Set<string>;
  readonly registered: Set<string>;
  readonly steps: Step[];
  readonly diagnostics: Diagnostic[];
  readonly violations: Violation[];
  readonly packs: readonly RunningPack[];
  /** The provider's process, started when first needed. */
  readonly provider: () => Promise<ProviderHost>;
  outputs: Properties;
  /** Set by the first failure: what runs is finished, nothing new is begun. */
  failed: boolean;
}

export function newOperation(
  given: Pick<Operation, "site" | "preview" | "before" | "packs" | "provider" | "diagnostics">,
): Operation {
  return {
    ...given,
    news: [],
    gone: new Set(),
    superseded: new Set(),
    deletedFirst: new Set(),
    registered: new Set(),
    steps: [],
    violations: [],
    outputs: given.before.outputs,
    failed: false,
  };
}

/** The resource of this URN as the last operation left it. */
export function oldState(operation: Operation, urn: string): ResourceState | undefined {
  return operation.before.resources.find((state) => state.urn === urn && !state.condemned);
}

/** Runs one step; a step that throws is reported as failed and fails the operation. */
export async function step<T>(
  operation: Operation,
  op: Step["op"],
  urn: string,
  run: () => Promise<T>,
): Promise<T> {
  const index = operation.steps.push({ op, urn, key: keyOf(urn), failed: false }) - 1;
  try {
    return await run();
  } catch (error) {
    operation.steps[index] = { op, urn, key: keyOf(urn), failed: true };
    throw error;
  }
}

export function fail(operation: Operation, urn: string, message: string): void {
  operation.failed = true;
  operation.diagnostics.push({ severity: "error", message, urn });
}

/** What is true after the operation, also when it failed half-way. */
export function checkpointAfter(operation: Operation, providerInputs: Properties): Checkpoint {
  const replacedBy = new Set(operation.news.map((state) => state.urn));
  const kept: ResourceState[] = [];
  for (const state of operation.before.resources) {
    if (operation.gone.has(state)) continue;
    if (operation.superseded.has(state)) kept.push({ ...state, condemned: true });
    else if (state.condemned || !replacedBy.has(state.urn)) kept.push(state);
  }
  return { resources: [...operation.news, ...kept], providerInputs, outputs: operation.outputs };
}

export function resultOf(operation: Operation): Result {
  const steps = operation.steps.filter(({ urn }) => urn.split("::")[2] !== STACK_TYPE);
  return {
    succeeded: !operation.failed,
    steps,
    changes: changesOf(steps),
    diagnostics: operation.diagnostics,
    violations: operation.violations,
    outputs: operation.preview ? {} : plain(operation.outputs),
  };
}

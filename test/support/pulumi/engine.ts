import type { PolicyPack, Violation } from "./analyzer/policy-pack.ts";
import type { Properties } from "./properties.ts";

/** What happened to one resource; the stack itself and provider resources are left out. */
export interface Step {
  readonly op: "create" | "update" | "same" | "delete" | "delete-replaced" | "create-replacement";
  readonly urn: string;
  /** `Notebook::dev`: last part of the type, and the logical name. */
  readonly key: string;
  readonly failed: boolean;
}

/** What a program, a provider or the engine said; `info` includes what a provider wrote to its stdout. */
export interface Diagnostic {
  readonly severity: "info" | "info#err" | "warning" | "error";
  readonly message: string;
  readonly urn: string;
}

export type Change = "create" | "update" | "same" | "delete" | "replace";

export interface Result {
  readonly succeeded: boolean;
  /** In the order in which they began; a replacement is its two halves. */
  readonly steps: readonly Step[];
  /** One word per resource, by `Step.key`. */
  readonly changes: Readonly<Record<string, Change>>;
  readonly diagnostics: readonly Diagnostic[];
  readonly violations: readonly Violation[];
  /** The stack's outputs in plain text; empty after a preview. */
  readonly outputs: Properties;
}

/** A resource as `pulumi stack export` shows it, secrets as ciphertext. */
export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly id?: string;
  readonly parent?: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  readonly dependencies: readonly string[];
  readonly initErrors: readonly string[];
}

/** Runs a Pulumi program against a stack of its own. No operation throws because the operation failed: see `succeeded`. */
export interface Engine {
  /** `key` is `namespace:name`. Seen by the program at once, by `refresh` and `destroy` only after the next `up`. */
  setConfig(key: string, value: string, options?: { readonly secret?: boolean }): Promise<void>;
  removeConfig(key: string): Promise<void>;
  preview(options?: { readonly policyPacks?: readonly PolicyPack[] }): Promise<Result>;
  up(options?: { readonly policyPacks?: readonly PolicyPack[] }): Promise<Result>;
  refresh(): Promise<Result>;
  destroy(): Promise<Result>;
  exportState(): Promise<readonly ExportedResource[]>;
  /** Drops a resource from the state and leaves the real thing alone: what a crash before the save looks like. */
  forget(urn: string): Promise<void>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** The folder of `Pulumi.yaml`. */
  readonly directory: string;
  readonly stack?: string;
  /** Added to the environment of program, provider and policy packs. */
  readonly env?: Readonly<Record<string, string>>;
}

/** `urn:pulumi:dev::project::pulumi-nodejs:dynamic/aifactory:Notebook::dev` becomes `Notebook::dev`. */
export function keyOf(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(2);
  return `${type.slice(type.lastIndexOf(":") + 1)}::${name}`;
}

/** Folds steps into one word per resource. */
export function changesOf(steps: readonly Step[]): Record<string, Change> {
  const changes: Record<string, Change> = {};
  for (const step of steps) {
    const replaced = step.op === "create-replacement" || step.op === "delete-replaced";
    changes[step.key] = replaced ? "replace" : (step.op as Change);
  }
  return changes;
}

/** Returns the result of an operation that had to succeed; throws what went wrong otherwise. */
export function succeeded(result: Result): Result {
  if (result.succeeded) return result;
  const said = result.diagnostics.filter((diagnostic) => diagnostic.severity !== "info");
  throw new Error(
    `the Pulumi operation failed:\n${[...said, ...result.violations].map((each) => `${each.urn} ${each.message}`).join("\n")}`,
  );
}

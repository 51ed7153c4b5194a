import type { Violation } from "../analyzer/policy-pack.ts";
import { type Diagnostic, type Result, type Step, changesOf, keyOf } from "../engine.ts";
import type { Properties } from "../properties.ts";

interface StepEvent {
  readonly metadata: { readonly op: string; readonly urn: string; readonly type: string };
}

/** One line of `--event-log`; each line has one of these. */
interface EngineEvent {
  readonly resourcePreEvent?: StepEvent;
  readonly resOutputsEvent?: StepEvent;
  readonly resOpFailedEvent?: StepEvent;
  readonly diagnosticEvent?: {
    readonly severity: string;
    readonly message: string;
    readonly urn?: string;
  };
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly policyName: string;
    readonly policyPackName: string;
    readonly enforcementLevel: string;
    readonly message: string;
  };
}

/** Reads what the CLI wrote to `--event-log` into the shape that the double gives, too. */
export function resultOfEvents(
  log: string,
  about: { readonly operation: string; readonly succeeded: boolean; readonly outputs: Properties },
): Result {
  const events = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EngineEvent);
  const failed = new Set(
    events.flatMap(({ resOpFailedEvent: event }) =>
      event ? [`${event.metadata.op} ${event.metadata.urn}`] : [],
    ),
  );
  // A refresh knows only afterwards what it was.
  const begun = events.flatMap(
    (event) =>
      (about.operation === "refresh" ? event.resOutputsEvent : event.resourcePreEvent) ?? [],
  );
  const steps = begun.flatMap(({ metadata }) => stepOf(metadata, failed));
  return {
    succeeded: about.succeeded,
    steps,
    changes: changesOf(steps),
    diagnostics: events.flatMap(diagnosticOf),
    violations: events.flatMap(violationOf),
    outputs: about.outputs,
  };
}

function stepOf({ op, urn, type }: StepEvent["metadata"], failed: ReadonlySet<string>): Step[] {
  // `replace` only announces the two halves; the stack and its provider are the engine's own affair.
  if (op === "replace" || type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:"))
    return [];
  return [{ op: op as Step["op"], urn, key: keyOf(urn), failed: failed.has(`${op} ${urn}`) }];
}

function diagnosticOf({ diagnosticEvent: event }: EngineEvent): Diagnostic[] {
  if (!event || event.severity === "debug") return [];
  return [
    {
      severity: event.severity as Diagnostic["severity"],
      message: event.message.trimEnd(),
      urn: event.urn ?? "",
    },
  ];
}

function violationOf({ policyEvent: event }: EngineEvent): Violation[] {
  if (!event) return [];
  const level = event.enforcementLevel === "mandatory" ? "mandatory" : "advisory";
  return [
    {
      pack: event.policyPackName,
      policy: event.policyName,
      level,
      message: event.message,
      urn: event.resourceUrn ?? "",
    },
  ];
}

import type { PolicyResource } from "@pulumi/policy";
import { kindOf } from "./kinds.ts";

/** What a property says about another resource: its id where that is known, and the resources it comes from. */
export interface Reference {
  readonly id: string | undefined;
  /** The one resource of the program that it is the id of; undefined where it may be another one's. */
  readonly urn: string | undefined;
}

/** Reads a property that holds the id of a resource of some kind. */
export function referenceOf(
  resource: PolicyResource,
  props: Readonly<Record<string, unknown>>,
  key: string,
  kind: string,
): Reference {
  const value = props[key];
  // The program's own outputs tell where a value comes from, before it is there.
  const sources = new Map(
    (resource.propertyDependencies[key] ?? []).map((source) => [source.urn, source]),
  );
  const [source, ...others] = sources.values();
  const one = source !== undefined && others.length === 0 && kindOf(source.type) === kind;
  return { id: typeof value === "string" ? value : undefined, urn: one ? source.urn : undefined };
}

/** Whether two references mean the same resource. */
export function relate(a: Reference, b: Reference): "same" | "different" | "unsure" {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id ? "same" : "different";
  if (a.urn !== undefined && b.urn !== undefined) return a.urn === b.urn ? "same" : "different";
  // An id that is written down may be that of a resource of the program, whose own id a preview does not show.
  return "unsure";
}

/** A resource of the program itself; `id` is the property that holds its id, which a preview may not show. */
export function ownReference({ urn }: PolicyResource, id: unknown): Reference {
  return { id: typeof id === "string" ? id : undefined, urn };
}

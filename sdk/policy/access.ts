import type { AccessSubject, Ownership } from "./subject.ts";
import type { Action } from "./vocabulary.ts";

/** The layers of a decision in the order in which they are asked (POL-3). */
export const LAYERS = ["role", "service", "explicitDeny", "boundary", "identity"] as const;
export type Layer = (typeof LAYERS)[number];

/** A statement by its Policy and its place there, counted from 0. */
export interface StatementRef {
  readonly policy: string;
  readonly index: number;
}

/** A statement that decided, and how its Policy is attached. */
export interface DeterminingStatement extends StatementRef {
  readonly source: "boundary" | "identity";
}

/** Why a decision is what it is (POL-5). */
export interface Explanation {
  readonly decision: "allow" | "deny";
  /** The first layer that refused; null when none did. */
  readonly layer: Layer | null;
  /** On allow every Allow that matches; on an explicit deny every Deny that matches; otherwise empty. */
  readonly statements: readonly DeterminingStatement[];
  /** When a boundary or identity Policy allows nothing here: its Allow that misses in the fewest dimensions. */
  readonly nearestMiss: StatementRef | null;
}

/** One action in one region. */
export interface Cell {
  readonly action: Action;
  readonly region: string;
}

/** What one principal may do in one Workspace, compiled (POL-7). */
export interface Access {
  readonly subject: AccessSubject;
  /** Whether the action is allowed in the region (POL-3). Constant time; a region outside the catalogue is judged by what names it or all. */
  decide(action: Action, region: string, ownership?: Ownership): boolean;
  /** The same decision with its reasons (POL-5). Takes time in the number of statements. */
  explain(action: Action, region: string, ownership?: Ownership): Explanation;
}

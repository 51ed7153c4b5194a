import type { LintCode, PolicyProblemCode } from "@aifactory/sdk/policy";

/** `error` always fails, `warning` under `--strict`, `note` never. */
export type Level = "error" | "warning" | "note";

/** What a finding is about; stable, for programs to tell apart. */
export type Rule =
  | PolicyProblemCode
  | LintCode
  | "syntax"
  | "no_policy"
  | "duplicate_policy"
  | "new_access"
  | "lost_access";

/** A place in a file, both counted from 1; columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something about the Policies as written, and where. */
export interface Finding extends Position {
  readonly rule: Rule;
  readonly level: Level;
  readonly message: string;
  /** As it was named on the command line. */
  readonly file: string;
  readonly policy: string | null;
  /** The statement, counted from 0; null when it is about the whole Policy. */
  readonly statement: number | null;
}

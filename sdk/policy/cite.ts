import type { DeterminingStatement, StatementRef } from "./access.ts";

/** How prose calls the layers of Policies. */
export const SOURCE_NOUN = { boundary: "boundary", identity: "identity policy" } as const;

/** A list in prose: `a`, `a and b`, `a, b and c`. */
export function enumerate(words: readonly string[], conjunction: "and" | "or" = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${conjunction} ${words.at(-1)}`;
}

/** The number of a statement in prose, where the first is statement 1; in data, `index` counts from 0. */
export function ordinal({ index }: StatementRef): string {
  return String(index + 1);
}

/** Statements of one Policy in prose: `statement 2`, `statements 1 and 3`. */
export function citeStatements(refs: readonly StatementRef[]): string {
  return `${refs.length === 1 ? "statement" : "statements"} ${enumerate(refs.map(ordinal))}`;
}

/** A Policy in prose: `boundary "vn-only"`. */
export function citePolicy({
  source,
  policy,
}: Pick<DeterminingStatement, "source" | "policy">): string {
  return `${SOURCE_NOUN[source]} "${policy}"`;
}

/** Statements of several Policies in prose, Policy by Policy; the one called `home` is not named again. */
export function citeAll(refs: readonly DeterminingStatement[], home?: string): string {
  return enumerate(
    citedPolicies(refs).map((name) => {
      const cited = citeStatements(refs.filter((ref) => citePolicy(ref) === name));
      return name === home ? cited : `${cited} of ${name}`;
    }),
  );
}

/** The Policies that some statements belong to, each once. */
export function citedPolicies(refs: readonly DeterminingStatement[]): string[] {
  return [...new Set(refs.map(citePolicy))];
}

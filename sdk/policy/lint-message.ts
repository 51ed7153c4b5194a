import type { DeterminingStatement } from "./access.ts";
import { citeAll, citePolicy, ordinal } from "./cite.ts";
import type { Effect } from "./vocabulary.ts";

/** Why a statement can never matter, for people; statements are counted from 1. */
export function statementMessage(
  code: "vacuous" | "overridden" | "shadowed",
  effect: Effect,
  one: DeterminingStatement,
  by: readonly DeterminingStatement[],
): string {
  const home = citePolicy(one);
  const subject = `${home}: statement ${ordinal(one)}`;
  const others = citeAll(by, home);
  const denies = by.length === 1 ? "denies" : "deny";
  const settles = by.length === 1 ? "settles" : "settle";
  switch (code) {
    case "vacuous":
      return `${subject} names no action of its Service in any region of the catalogue. Correct or remove it.`;
    case "overridden":
      return `${subject} allows nothing: ${others} ${denies} all of it. Remove it, or narrow the Deny.`;
    case "shadowed":
      return `${subject} adds nothing: ${others} already ${effect === "Deny" ? denies : settles} all of it. Remove it.`;
  }
}

/** Why attached Policies of one kind refuse everything, for people. */
export function emptySetMessage(source: DeterminingStatement["source"], policy: string): string {
  return `${citePolicy({ source, policy })} allows nothing, alone or with those attached beside it. To subtract, attach an Allow of everything beside it.`;
}

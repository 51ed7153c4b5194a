import type { Access, DeterminingStatement, Explanation } from "./access.ts";
import {
  citeAll,
  citedPolicies,
  citePolicy,
  citeStatements,
  enumerate,
  SOURCE_NOUN,
} from "./cite.ts";
import type { Question } from "./filter.ts";
import type { Miss } from "./nearest-miss.ts";
import { nearestAllow } from "./nearest-miss.ts";
import { serviceOf } from "./vocabulary.ts";

/** Who refused, and why, in prose. */
interface Blame {
  readonly culprit: string;
  readonly reason: string;
}

/** The part of a denial's message that names what refused. */
export function blame(access: Access, question: Question, explanation: Explanation): Blame {
  switch (explanation.layer) {
    case "service":
      return {
        culprit: `service "${serviceOf(question.action)}"`,
        reason: `not enabled in ${question.region}.`,
      };
    case "explicitDeny":
      return blameDenies(explanation.statements);
    case "boundary":
      return blameSilence(access, question, "boundary");
    case "identity":
      return blameSilence(access, question, "identity");
    default:
      return {
        culprit: `role ${access.subject.role}`,
        reason: "it grants this on own resources only.",
      };
  }
}

function blameDenies(denies: readonly DeterminingStatement[]): Blame {
  const policies = citedPolicies(denies);
  const culprit = enumerate(policies);
  const cited = citeAll(denies, policies.length === 1 ? culprit : undefined);
  return { culprit, reason: `${cited} ${denies.length === 1 ? "denies" : "deny"} it.` };
}

function blameSilence(access: Access, question: Question, source: "boundary" | "identity"): Blame {
  const { boundaries, identityPolicies } = access.subject;
  const policies = source === "boundary" ? boundaries : identityPolicies;
  const { action, region } = question;
  const miss = nearestAllow(policies, serviceOf(action), action, region);
  if (miss === null) {
    const names = enumerate(policies.map(({ name }) => `"${name}"`));
    return {
      culprit: `${SOURCE_NOUN[source]} ${names}`,
      reason: "it has no Allow, so it allows nothing.",
    };
  }
  const nearest = `nearest ${citeStatements([miss])} allows ${describe(miss)}`;
  return {
    culprit: citePolicy({ source, policy: miss.policy }),
    reason: `no Allow matches; ${nearest}.`,
  };
}

/** What a nearest miss allows, as far as it differs: `hanoi`, or `notebook:read in hanoi`. */
function describe({ statement, dimensions }: Miss): string {
  const { service, actions, regions } = statement;
  const what = actions === "*" ? `every ${service} action` : enumerate(actions);
  const where = regions === "*" ? "every region" : enumerate(regions);
  if (dimensions.every((dimension) => dimension === "region")) return where;
  return dimensions.includes("region") ? `${what} in ${where}` : what;
}

import type { ObservedVolume } from "#ports/cluster.ts";
import type { ClaimFacts } from "../view/claim-facts.ts";

export function observeVolume(claim: ClaimFacts): ObservedVolume {
  const { bound, removed, sizeGib, askedGib, statusSince } = claim;
  const provisionedAt = bound ? (claim.provisionedAt ?? statusSince) : null;
  return {
    phase: removed ? "deleting" : bound && sizeGib >= askedGib ? "ready" : "pending",
    sizeGib,
    provisionedAt,
    sizeSince: bound ? statusSince : null,
    cause: bound
      ? null
      : { code: "volumePending", message: "The storage has not provisioned the volume yet." },
  };
}

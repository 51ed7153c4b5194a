import type { ObservedVolume } from "#ports/cluster.ts";
import type { ClaimFacts } from "../view/claim-facts.ts";
import { after } from "../view/ready-periods.ts";

export function observeVolume(claim: ClaimFacts): ObservedVolume {
  const { bound, removed, sizeGib, askedGib, statusSince } = claim;
  const provisionedAt = bound ? (claim.provisionedAt ?? statusSince) : null;
  // A growth was at a moment within that second: the minute that it begins belongs to the size before (BIL-1).
  const sizeSince = claim.provisionedAt === null ? statusSince : after(statusSince);
  return {
    phase: removed ? "deleting" : bound && sizeGib >= askedGib ? "ready" : "pending",
    sizeGib,
    provisionedAt,
    sizeSince: bound ? sizeSince : null,
    cause: bound
      ? null
      : { code: "volumePending", message: "The storage has not provisioned the volume yet." },
  };
}

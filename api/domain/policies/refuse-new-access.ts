import { DomainError } from "#domain/errors.ts";
import { newAccessOf, type PlacedChange } from "./compare-access.ts";
import { describeGains } from "./possible-gains.ts";

/** What a change promises (POL-8). */
export type Expectation = "noNewAccess" | undefined;

/** Holds a change to what its caller expects of it. Throws `new_access`, which lists the cells gained, and where. */
export function refuseNewAccess(expect: Expectation, changes: readonly PlacedChange[]): void {
  if (expect !== "noNewAccess") return;
  const newAccess = newAccessOf(changes);
  const [first] = newAccess;
  if (first === undefined) return;
  const gains = describeGains(newAccess.flatMap(({ gained }) => gained));
  throw new DomainError(
    "new_access",
    `The change would allow ${gains} (workspace ${first.workspace}), and no new access is expected. Nothing was changed. Narrow it, or leave out "expect".`,
    { newAccess },
  );
}

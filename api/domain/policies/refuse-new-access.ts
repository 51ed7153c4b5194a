import { DomainError } from "#domain/errors.ts";
import { newAccessOf, type PlacedChange } from "./compare-access.ts";

/** What a change promises (POL-8). */
export type Expectation = "noNewAccess" | undefined;

/** Holds a change to what its caller expects of it. Throws `new_access`, which lists the cells gained, and where. */
export function refuseNewAccess(expect: Expectation, changes: readonly PlacedChange[]): void {
  if (expect !== "noNewAccess") return;
  const newAccess = newAccessOf(changes);
  const [first] = newAccess;
  if (first === undefined) return;
  const { action, region } = first.gained[0]!;
  const cells = newAccess.reduce((sum, { gained }) => sum + gained.length, 0);
  const more = cells > 1 ? ` and ${cells - 1} more` : "";
  throw new DomainError(
    "new_access",
    `The change would allow ${action} in ${region}${more} (workspace ${first.workspace}), and no new access is expected. Nothing was changed. Narrow it, or leave out "expect".`,
    { newAccess },
  );
}

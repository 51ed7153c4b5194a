import type { AccessChange } from "@aifactory/sdk";
import { type Effect, isAction, matches, serviceOf } from "@aifactory/sdk/policy";
import type { Place } from "./attached-at.ts";
import { describeCells } from "./describe-cells.ts";
import type { Finding, Level } from "./finding.ts";
import { type FilePolicy, findingAt } from "./judge-entries.ts";

type Cell = AccessChange["gained"][number];

/** What somebody would gain, at the statements that give it; `today` needs no Service to be enabled first. */
export function gainFindings(
  policies: readonly FilePolicy[],
  place: Place,
  change: { readonly gained: readonly Cell[]; readonly today: readonly Cell[]; level: Level },
): Finding[] {
  const { gained, today, level } = change;
  const isToday = ({ action, region }: Cell) =>
    today.some((cell) => cell.action === action && cell.region === region);
  return [
    { cells: gained.filter(isToday), when: "" },
    {
      cells: gained.filter((cell) => !isToday(cell)),
      when: ", as soon as the Service is enabled there",
    },
  ].flatMap(({ cells, when }) =>
    placed(policies, "Allow", cells).map(({ policy, pointer, cells: those }) => {
      const message = `${whoAt(place)} would gain ${describeCells(those)}${when}.`;
      return findingAt(policy.entry, pointer, { rule: "new_access", level, message });
    }),
  );
}

/** What somebody would lose, at the statements that take it. */
export function lossFindings(
  policies: readonly FilePolicy[],
  place: Place,
  lost: readonly Cell[],
): Finding[] {
  return placed(policies, "Deny", lost).map(({ policy, pointer, cells }) => {
    const message = `${whoAt(place)} would lose ${describeCells(cells)}.`;
    return findingAt(policy.entry, pointer, { rule: "lost_access", level: "note", message });
  });
}

/** What the control plane warns of, at the first of the Policies. */
export function warningFindings(
  policies: readonly FilePolicy[],
  place: Place,
  warnings: AccessChange["warnings"],
): Finding[] {
  return warnings.map(({ code, message }) => {
    const rule = code === "identity_allows_nothing" ? code : "boundary_allows_nothing";
    const said = `In Workspace "${place.workspace}", ${message}`;
    const about = { rule, level: "warning", message: said } as const;
    return findingAt(policies[0]!.entry, "/statements", about);
  });
}

/** Cells by the statement of that effect that speaks about them; where none does any more, by the statements as a whole. */
function placed(policies: readonly FilePolicy[], effect: Effect, cells: readonly Cell[]) {
  const found = new Map<string, { policy: FilePolicy; pointer: string; cells: Cell[] }>();
  for (const cell of cells) {
    const { policy, pointer } = findStatement(policies, effect, cell);
    const key = `${policy.document.name}${pointer}`;
    found.set(key, { policy, pointer, cells: [...(found.get(key)?.cells ?? []), cell] });
  }
  return [...found.values()];
}

function findStatement(
  policies: readonly FilePolicy[],
  effect: Effect,
  { action, region }: Cell,
): { policy: FilePolicy; pointer: string } {
  for (const policy of policies) {
    const index = policy.document.statements.findIndex(
      (statement) =>
        statement.effect === effect &&
        isAction(action) &&
        matches(statement, serviceOf(action), action, region),
    );
    if (index >= 0) return { policy, pointer: `/statements/${index}` };
  }
  return { policy: policies[0]!, pointer: "/statements" };
}

function whoAt({ workspace, userId }: Place): string {
  return `In Workspace "${workspace}", ${userId ?? "members without identity policies"}`;
}

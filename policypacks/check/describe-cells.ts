import { ACTIONS, type Service, SERVICES } from "@aifactory/sdk/policy";

interface Cell {
  readonly action: string;
  readonly region: string;
}

/** Cells in as few words as they take: `notebook:* in hanoi and tokyo; container:start in hanoi`. */
export function describeCells(cells: readonly Cell[]): string {
  const byRegion = Map.groupBy(cells, ({ region }) => region);
  const words = [...byRegion].map(([region, those]) => ({
    region,
    actions: shorten(new Set(those.map(({ action }) => action))).join(", "),
  }));
  const byActions = Map.groupBy(words, ({ actions }) => actions);
  return [...byActions]
    .map(([actions, those]) => `${actions} in ${those.map(({ region }) => region).join(" and ")}`)
    .join("; ");
}

function shorten(actions: ReadonlySet<string>): string[] {
  const whole = SERVICES.filter((service) => ACTIONS[service].every((one) => actions.has(one)));
  const rest = [...actions].filter((action) => !whole.includes(action.split(":")[0] as Service));
  return [...whole.map((service) => `${service}:*`), ...rest];
}

import { queryAsOwner } from "./witness.ts";

interface WorkEvent {
  kind: string;
  key: string;
  event: "asked" | "claimed" | "released" | "done";
  due: boolean;
  at: Date;
}

/** One life of the server, in machine time. */
export interface ServerLife {
  from: number;
  until: number;
}

export interface Wait {
  item: string;
  /** Of which life of the server, from 0. */
  life: number;
  /** From the server's start, or from when it was asked for if that was later, until somebody took it up. */
  ms: number;
  /** Left behind by the life before. */
  left: boolean;
  /** False: the server was killed before anybody did. */
  ended: boolean;
}

/** How long every item of work waited in each life of the server that it was due in. */
export async function workWaits(adminUrl: string, lives: ServerLife[]): Promise<Wait[]> {
  const events = await queryAsOwner<WorkEvent & Record<string, unknown>>(
    adminUrl,
    "select * from witness.work order by number",
  );
  const items = Map.groupBy(events, ({ kind, key }) => `${kind} ${key}`);
  return lives.flatMap((life, index) =>
    [...items].flatMap(([item, own]) => {
      const { due, waits } = waitsIn(life, own);
      return waits.map((wait) => ({ item, life: index, left: due, ...wait }));
    }),
  );
}

function waitsIn({ from, until }: ServerLife, events: WorkEvent[]) {
  const before = events.findLast(({ at }) => at.getTime() < from);
  // Whoever had claimed it is dead.
  const due = before !== undefined && before.event !== "done" && before.due;
  const waits: { ms: number; ended: boolean }[] = [];
  let since: number | null = due ? from : null;
  let claimed = false;
  for (const { event, at, due: isDue } of events) {
    const moment = at.getTime();
    if (moment < from || moment > until) continue;
    if (event === "claimed" || event === "done") {
      if (since !== null) waits.push({ ms: moment - since, ended: true });
      since = null;
      claimed = event === "claimed";
    } else if (event === "released" || !claimed) {
      claimed = false;
      if (isDue) since ??= moment;
    }
  }
  if (since !== null) waits.push({ ms: until - since, ended: false });
  return { due, waits };
}

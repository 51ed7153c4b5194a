import type { Service } from "@aifactory/sdk/policy";

/** What a Wallet holds and burns at a moment; micro-units, and micro-units per hour. */
export interface Burning {
  now: Date;
  topUp: bigint;
  /** In the order in which they are consumed (WAL-1, WAL-2). */
  credits: SpendableCredit[];
  burnPerHour: Record<Service, bigint>;
}

export interface SpendableCredit {
  remaining: bigint;
  services: Service[] | null;
  startsAt: Date;
  expiresAt: Date | null;
}

/** When nothing is left: of the whole Wallet, and of what each Service could spend. Null: not in sight. */
export interface Runway {
  total: Date | null;
  services: Record<Service, Date | null>;
}

const HOUR_MS = 3_600_000n;
// Later moments have no RFC 3339 form.
const LATEST = BigInt(Date.UTC(9999, 11, 31));

interface State {
  at: bigint;
  topUp: bigint;
  credits: {
    remaining: bigint;
    services: Service[] | null;
    starts: bigint;
    expires: bigint | null;
  }[];
}

/**
 * How long the Wallet lasts if everything goes on as it does (WAL-7): from one start, expiry or exhaustion of a credit to
 * the next. Exact to the millisecond; a credit that ends within one leaves the rest of it to top-up.
 */
export function runway({ now, topUp, credits, burnPerHour }: Burning): Runway {
  const services = Object.keys(burnPerHour) as Service[];
  // Amounts in micro-units × milliseconds of an hour, so that one millisecond costs the burn per hour.
  const state: State = {
    at: BigInt(now.getTime()),
    topUp: topUp * HOUR_MS,
    credits: credits.map(({ remaining, services: fits, startsAt, expiresAt }) => ({
      remaining: remaining * HOUR_MS,
      services: fits,
      starts: BigInt(startsAt.getTime()),
      expires: expiresAt && BigInt(expiresAt.getTime()),
    })),
  };
  const ends = new Map<Service | "total", bigint>();
  for (;;) {
    for (const credit of state.credits)
      if (credit.expires !== null && credit.expires <= state.at) credit.remaining = 0n;
    const flow = flowOf(state, burnPerHour, services);
    const length = untilChange(state, flow);
    note(ends, "total", state.at, length, totalOf(state), sum(flow.values()));
    for (const service of services)
      note(
        ends,
        service,
        state.at,
        length,
        availableTo(service, state),
        drainOf(service, flow, state),
      );
    if (length === null || ends.size > services.length || state.at > LATEST) break;
    advance(state, flow, length);
  }
  const date = (key: Service | "total") => {
    const at = ends.get(key);
    return at === undefined || at > LATEST ? null : new Date(Number(at));
  };
  return {
    total: date("total"),
    services: Object.fromEntries(services.map((it) => [it, date(it)])) as Runway["services"],
  };
}

/** What each source loses per millisecond: a credit by its place, or top-up. */
type Flow = Map<number | "topUp", bigint>;

function flowOf(state: State, burn: Record<Service, bigint>, services: Service[]): Flow {
  const flow: Flow = new Map();
  for (const service of services.filter((it) => burn[it] > 0n)) {
    const place = state.credits.findIndex(
      (credit) => credit.remaining > 0n && credit.starts <= state.at && fits(credit, service),
    );
    const source = place === -1 ? "topUp" : place;
    flow.set(source, (flow.get(source) ?? 0n) + burn[service]);
  }
  return flow;
}

const fits = (credit: { services: Service[] | null }, service: Service): boolean =>
  credit.services === null || credit.services.includes(service);

/** Milliseconds until a credit starts, expires or runs out; null when none does. */
function untilChange({ at, credits }: State, flow: Flow): bigint | null {
  const changes = credits.flatMap(({ remaining, starts, expires }, place) => {
    if (remaining <= 0n) return [];
    const loss = flow.get(place);
    return [
      ...(starts > at ? [starts - at] : []),
      ...(expires === null ? [] : [expires - at]),
      ...(loss === undefined ? [] : [(remaining + loss - 1n) / loss]),
    ];
  });
  return changes.length === 0 ? null : changes.reduce((a, b) => (a < b ? a : b));
}

/** Notes the moment within the next stretch at which an amount is used up, if that is the first time. */
function note(
  ends: Map<Service | "total", bigint>,
  key: Service | "total",
  at: bigint,
  length: bigint | null,
  left: bigint,
  loss: bigint,
): void {
  if (ends.has(key)) return;
  if (left <= 0n) ends.set(key, at);
  else if (loss > 0n && (length === null || left / loss < length)) ends.set(key, at + left / loss);
}

function advance(state: State, flow: Flow, length: bigint): void {
  state.at += length;
  for (const [source, loss] of flow) {
    if (source === "topUp") {
      state.topUp -= loss * length;
      continue;
    }
    const credit = state.credits[source]!;
    const left = credit.remaining - loss * length;
    credit.remaining = left > 0n ? left : 0n;
    if (left < 0n) state.topUp += left;
  }
}

function totalOf({ topUp, credits }: State): bigint {
  return topUp + sum(credits.map(({ remaining }) => remaining));
}

function availableTo(service: Service, { at, topUp, credits }: State): bigint {
  const open = credits.filter((credit) => credit.starts <= at && fits(credit, service));
  return topUp + sum(open.map(({ remaining }) => remaining));
}

function drainOf(service: Service, flow: Flow, { credits }: State): bigint {
  return sum(
    [...flow].map(([source, loss]) =>
      source === "topUp" || fits(credits[source]!, service) ? loss : 0n,
    ),
  );
}

function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}

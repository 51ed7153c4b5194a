import type { Answer, Request } from "../support/request.ts";

/** One request with its place in the order of events, which are all seen from one event loop. */
export interface Flown {
  readonly caller: string;
  readonly sent: number;
  readonly answered: number;
  readonly answer: Answer;
}

/** What is asked again and again. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: () => unknown;
}

/** The events of a race in their order. */
export class Order {
  #now = 0;

  next(): number {
    return this.#now++;
  }
}

interface Flight {
  readonly order: Order;
  /** The replicas, asked in turn. */
  readonly replicas: readonly Request[];
  /** Tokens by the callers' names. */
  readonly callers: Readonly<Record<string, string>>;
  readonly asked: Asked;
  /** How many are under way at any time, until `land`. */
  readonly inFlight: number;
}

/** Keeps requests under way on all replicas by all callers, each sent the moment another is answered. */
export class RequestsInFlight {
  readonly flown: Flown[] = [];
  readonly #flight: Flight;
  readonly #lanes: Promise<void>[];
  #landing = false;

  constructor(flight: Flight) {
    this.#flight = flight;
    this.#lanes = Array.from({ length: flight.inFlight }, (_, lane) => this.#fly(lane));
  }

  /** Waits until so many that are sent from now on have been answered, counting those of some callers only where some are named. */
  async answered(count: number, callers?: readonly string[]): Promise<void> {
    const from = this.#flight.order.next();
    const isCounted = ({ sent, caller }: Flown) =>
      sent > from && (callers?.includes(caller) ?? true);
    while (this.flown.filter(isCounted).length < count)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Sends no more, and waits for what is under way. */
  async land(): Promise<void> {
    this.#landing = true;
    await Promise.all(this.#lanes);
  }

  async #fly(lane: number): Promise<void> {
    const { order, replicas, callers, asked, inFlight } = this.#flight;
    const names = Object.keys(callers);
    for (let turn = lane; !this.#landing; turn += inFlight + 1) {
      const caller = names[turn % names.length]!;
      const request = replicas[Math.floor(turn / names.length) % replicas.length]!;
      const sent = order.next();
      const answer = await request(asked.method, asked.path, {
        token: callers[caller]!,
        body: asked.body?.(),
      });
      this.flown.push({ caller, sent, answered: order.next(), answer });
    }
  }
}

import { isRefusal, KubernetesRefusal, type StatusBody } from "./errors.ts";
import type { KubernetesObject } from "./object.ts";

export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  object: KubernetesObject;
}

/** The events of a watch's body: a JSON document a line. Throws `KubernetesRefusal` when the server ends it with an error. */
export async function* watchEvents(body: AsyncIterable<Buffer>): AsyncGenerator<WatchEvent> {
  let rest: Buffer[] = [];
  for await (const chunk of body) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      rest.push(chunk.subarray(from, at));
      from = at + 1;
      yield eventOf(Buffer.concat(rest).toString());
      rest = [];
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
}

function eventOf(line: string): WatchEvent {
  const event = JSON.parse(line) as WatchEvent | { type: "ERROR"; object: StatusBody };
  if (event.type === "ERROR") throw new KubernetesRefusal(event.object.code ?? 500, event.object);
  return event;
}

/** The history that was asked for is gone: only a new list helps. */
export const isExpired = (error: unknown): boolean => isRefusal(error, 410);

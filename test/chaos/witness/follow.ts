import https, { type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";

/** As it comes over the wire: moments are text. */
export interface Seen {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    managedFields?: { subresource?: string; time?: string }[];
  };
  spec?: any;
  status?: any;
}

export interface Listener {
  seen(object: Seen): void;
  /** `heardAt`: until when the API server had been heard without it having gone. */
  gone(object: Seen, heardAt: number): void;
}

const RETRY_MS = 50;

/** Tells everything that happens to a kind of object until the signal aborts; after a break, what is different from before. */
export async function followKind(
  config: KubeConfig,
  path: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, Seen>();
  let heardAt = Date.now();
  let version: string | null = null;
  const tell = (type: string, object: Seen) => {
    if (type === "DELETED") {
      known.delete(object.metadata.uid);
      listener.gone(object, heardAt);
    } else {
      known.set(object.metadata.uid, object);
      listener.seen(object);
    }
    heardAt = Date.now();
  };
  while (!signal.aborted) {
    try {
      if (version === null) {
        const list = JSON.parse(await text(await ask(config, path, signal)));
        const there = new Set<string>(list.items.map((it: Seen) => it.metadata.uid));
        for (const [uid, object] of known) if (!there.has(uid)) tell("DELETED", object);
        for (const item of list.items) tell("MODIFIED", item);
        version = list.metadata.resourceVersion as string;
      }
      const query = `${path}${path.includes("?") ? "&" : "?"}watch=true&resourceVersion=${version}`;
      for await (const line of createInterface(await ask(config, query, signal))) {
        const { type, object } = JSON.parse(line);
        if (type === "ERROR") throw new Error(object.message);
        tell(type, object);
        version = object.metadata.resourceVersion;
      }
    } catch {
      // History may be gone, or the server away.
      version = null;
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {});
    }
  }
}

async function ask(config: KubeConfig, path: string, signal: AbortSignal) {
  const options: RequestOptions = { signal, agent: false };
  await config.applyToHTTPSOptions(options);
  delete (options as { agent?: unknown }).agent;
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = https.get(`${config.getCurrentCluster()!.server}${path}`, options, (answer) => {
      // A stream that breaks ends; what is missing is found by the next list.
      answer.on("error", () => {});
      if (answer.statusCode === 200) resolve(answer);
      else reject(new Error(`${path}: ${answer.statusCode}`));
    });
    request.on("error", reject);
  });
}

async function text(answer: IncomingMessage): Promise<string> {
  answer.setEncoding("utf8");
  let whole = "";
  for await (const chunk of answer) whole += chunk;
  return whole;
}

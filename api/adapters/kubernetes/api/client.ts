import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { KubeConfig } from "@kubernetes/client-node";
import { Agent, request, type Dispatcher } from "undici";
import { ClusterUnavailable } from "#ports/cluster.ts";
import { FIELD_MANAGER } from "../names.ts";
import { isRefusal, KubernetesRefusal, type StatusBody } from "./errors.ts";
import { credentialsOf, type Credentials } from "./kube-config.ts";
import type { KubernetesObject } from "./object.ts";

type Query = Record<string, string | number | boolean | undefined>;

interface Call {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  path: string;
  query?: Query;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal;
}

// Requests share connections; watches, each of which holds one, have connections of their own.
const CONNECTIONS = 16;
const TIMEOUT_MS = 20_000;
// Shorter than an API server's patience with an idle connection, 90 s.
const IDLE_MS = 60_000;
// A server that went without a word is noticed before somebody waits for it.
const PROBE_MS = 10_000;
const CREDENTIALS_MS = 30_000;
const MAX_ATTEMPTS = 4;
const OVERTAKEN_MS = 40;

/**
 * JSON over HTTPS to one API server. What does not answer, answers 5xx or keeps throttling throws `ClusterUnavailable`; a
 * "no" throws `KubernetesRefusal`.
 */
export class KubernetesClient {
  /** For what goes over WebSockets. */
  readonly config: KubeConfig;
  readonly #mayWrite: () => boolean;
  #credentials: { value: Promise<Credentials>; until: number } | null = null;
  #agents: { tls: Credentials["tls"]; requests: Agent; watches: Agent } | null = null;
  /** By method, those whose answers go on as `WATCH`; for benchmarks and metrics. */
  readonly counts: Record<string, number> = {};

  /** `mayWrite`: whether the cluster still belongs to this replica; asked before every write. */
  constructor(config: KubeConfig, mayWrite: () => boolean = () => true) {
    this.config = config;
    this.#mayWrite = mayWrite;
  }

  get<T>(path: string, query?: Query): Promise<T> {
    return this.#json<T>({ method: "GET", path, ...(query && { query }) });
  }

  /** Server-side apply: the object has these fields afterwards, and they are ours. Answers it as it is then. */
  apply<T extends KubernetesObject>(path: string, object: KubernetesObject): Promise<T> {
    return this.#json<T>({
      method: "PATCH",
      path,
      query: { fieldManager: FIELD_MANAGER, force: true, fieldValidation: "Strict" },
      body: object,
      contentType: "application/apply-patch+yaml",
    });
  }

  /** Null when it is not there. */
  async delete<T>(path: string, options: DeleteOptions = {}): Promise<T | null> {
    try {
      return await this.#json<T>({ method: "DELETE", path, body: options });
    } catch (error) {
      if (isRefusal(error, 404)) return null;
      throw error;
    }
  }

  /** The open body of an answer that goes on, such as a watch or a log that is followed. */
  async stream(path: string, query: Query, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    const { statusCode, body } = await this.#send(
      { method: "GET", path, query, signal },
      "watches",
    );
    if (statusCode === 200) return body;
    throw await refusal(statusCode, body);
  }

  /** For a connection that is no request: the WebSocket of an exec. */
  credentials(): Promise<Credentials> {
    return this.#authenticate();
  }

  async close(): Promise<void> {
    await Promise.all([this.#agents?.requests.destroy(), this.#agents?.watches.destroy()]);
  }

  async #json<T>(call: Call): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const { statusCode, headers, body } = await this.#send(call, "requests");
      if (statusCode < 300) return (await read(body)) as T;
      const error = await refusal(statusCode, body);
      const pauseMs = statusCode === 429 ? throttledMs(headers) : overtakenMs(call, error);
      if (pauseMs === null || attempt === MAX_ATTEMPTS) throw error;
      await sleep(pauseMs * (0.75 + Math.random() / 2));
    }
  }

  async #send(call: Call, through: "requests" | "watches"): Promise<Dispatcher.ResponseData> {
    const { method, path, query = {}, body, contentType = "application/json", signal } = call;
    const counted = through === "watches" ? "WATCH" : method;
    this.counts[counted] = (this.counts[counted] ?? 0) + 1;
    try {
      const { server, headers, tls } = await this.#authenticate();
      const url = new URL(server.replace(/\/$/, "") + path);
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) url.searchParams.set(name, String(value));
      const agents = this.#agentsFor(tls);
      // The last thing before it is sent: a throttled write has waited longer than a lease lasts.
      if (method !== "GET" && !this.#mayWrite())
        throw new ClusterUnavailable("the cluster belongs to another replica now");
      const answer = await request(url, {
        method,
        dispatcher: agents[through],
        headers: { ...headers, Accept: "application/json", "Content-Type": contentType },
        body: body === undefined ? null : JSON.stringify(body),
        // A removal has a body too; it costs no connection here.
        reset: false,
        ...(through === "requests" && { headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS }),
        ...(signal && { signal }),
      });
      if (answer.statusCode === 401) this.#forgetCredentials();
      return answer;
    } catch (error) {
      if (signal?.aborted || error instanceof ClusterUnavailable) throw error;
      throw new ClusterUnavailable(`the API server does not answer: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #authenticate(): Promise<Credentials> {
    if (this.#credentials === null || this.#credentials.until < performance.now()) {
      const value = credentialsOf(this.config);
      value.catch(() => (this.#credentials = null));
      this.#credentials = { value, until: performance.now() + CREDENTIALS_MS };
    }
    return this.#credentials.value;
  }

  // Certificates, ours and the authority's, are replaced on disk while we run.
  #agentsFor(tls: Credentials["tls"]): { requests: Agent; watches: Agent } {
    if (this.#agents !== null && !isDeepStrictEqual(this.#agents.tls, tls)) this.#forgetAgents();
    return (this.#agents ??= { tls, requests: agent(tls, CONNECTIONS), watches: agent(tls) });
  }

  #forgetCredentials(): void {
    this.#credentials = null;
    this.#forgetAgents();
  }

  #forgetAgents(): void {
    const agents = this.#agents;
    this.#agents = null;
    void agents?.requests.close();
    void agents?.watches.close();
  }
}

// It may also be a date, which nobody's clock here agrees with.
const throttledMs = (headers: Dispatcher.ResponseData["headers"]): number =>
  Math.min(10, Number(headers["retry-after"]) || 1) * 1000;

/** Who applies says nothing of what it changes from: that another writer came first, on the object or on its quota, is no "no". */
const overtakenMs = ({ method }: Call, error: Error): number | null =>
  method === "PATCH" && isRefusal(error, 409) && error.reason === "Conflict" ? OVERTAKEN_MS : null;

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: "Background" | "Foreground" | "Orphan";
  preconditions?: { uid?: string; resourceVersion?: string };
}

function agent(tls: Credentials["tls"], connections?: number): Agent {
  return new Agent({
    // Its streams cost more than connections do: a twelfth of a replica's processor time.
    allowH2: false,
    keepAliveTimeout: IDLE_MS,
    connect: { ...tls, keepAlive: true, keepAliveInitialDelay: PROBE_MS, timeout: 5000 },
    ...(connections === undefined ? { bodyTimeout: 0 } : { connections }),
  });
}

async function refusal(status: number, body: Dispatcher.ResponseData["body"]): Promise<Error> {
  const answer = await read(body).catch(() => ({}));
  const known: StatusBody = typeof answer === "object" && answer !== null ? answer : {};
  if (status === 401 || status === 429 || status >= 500)
    return new ClusterUnavailable(`the API server answers ${status}: ${known.message ?? ""}`);
  return new KubernetesRefusal(status, known);
}

async function read(body: Dispatcher.ResponseData["body"]): Promise<unknown> {
  const text = await body.text();
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 500) };
  }
}

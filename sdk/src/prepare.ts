/** A row of the table of operations. */
export interface OperationRow {
  readonly method: string;
  readonly path: string;
  readonly takesIdempotencyKey?: true;
}

/** What a call is given, of whatever operation. */
export interface AnyRequest {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  ifMatch?: number;
  idempotencyKey?: string;
  signal?: AbortSignal;
  timeoutSeconds?: number;
  retries?: number;
}

/** A request ready to be sent any number of times. */
export interface Prepared {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** The answer is taken as it comes: its body is a stream. */
  readonly streamed: boolean;
  /** Sending it twice does no more than sending it once. */
  readonly repeatable: boolean;
}

/** Builds what goes over the wire, apart from the credentials. Throws `TypeError` on a path parameter that is missing. */
export function prepare(
  baseUrl: string,
  row: OperationRow,
  request: AnyRequest,
  { streamed = false } = {},
): Prepared {
  const headers: Record<string, string> = {
    accept: streamed
      ? "text/event-stream, application/problem+json"
      : "application/json, application/problem+json, text/csv, application/x-ndjson",
  };
  if (request.body !== undefined) headers["content-type"] = "application/json";
  if (row.takesIdempotencyKey)
    headers["idempotency-key"] = request.idempotencyKey ?? crypto.randomUUID();
  if (request.ifMatch !== undefined) headers["if-match"] = `"${request.ifMatch}"`;
  return {
    method: row.method,
    url: `${baseUrl}${fillPath(row.path, request.path ?? {})}${queryString(request.query ?? {})}`,
    headers,
    body: request.body === undefined ? undefined : JSON.stringify(request.body),
    streamed,
    repeatable:
      ["GET", "PUT", "DELETE"].includes(row.method) ||
      "idempotency-key" in headers ||
      "if-match" in headers,
  };
}

function fillPath(template: string, parameters: Record<string, unknown>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    // "." and ".." survive encoding, and URL parsing would make another path of them.
    if (typeof value !== "string" || value === "" || value === "." || value === "..") {
      throw new TypeError(
        `path.${name} of ${template} must be an id; it is ${JSON.stringify(value)}.`,
      );
    }
    return encodeURIComponent(value);
  });
}

function queryString(parameters: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return query.size === 0 ? "" : `?${query.toString()}`;
}

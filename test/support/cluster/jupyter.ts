import type { RequestListener } from "node:http";

/** `silent`: the server answers nothing that makes sense. */
export type Use = "active" | "idle" | "silent";

/** A Jupyter server as far as its use is asked for, as jupyter_server 2 answers. */
export class Jupyter {
  #use: Use = "idle";
  #since = new Date();

  /** From now on it is used like this. */
  use(use: Use): void {
    this.#use = use;
    this.#since = new Date();
  }

  readonly listener: RequestListener = (request, response) => {
    if (this.#use === "silent") return void response.writeHead(503).end("not now");
    const active = this.#use === "active";
    const last_activity = (active ? new Date() : this.#since).toISOString();
    const connections = active ? 1 : 0;
    const kernel = { id: "k", execution_state: active ? "busy" : "idle", connections };
    const answers: Record<string, unknown> = {
      "/api/kernels": [{ ...kernel, last_activity }],
      "/api/terminals": [],
      "/api/status": { connections, kernels: 1, last_activity },
    };
    const told = answers[request.url!.split("?")[0]!];
    response.writeHead(told === undefined ? 404 : 200).end(JSON.stringify(told ?? null));
  };
}

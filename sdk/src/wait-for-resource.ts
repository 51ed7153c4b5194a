import type { Client } from "./call.ts";
import { waitFor, type WaitOptions } from "./wait-for.ts";
import type { Container, Notebook } from "./generated/types.gen.ts";

/** As of `waitFor`, with the status that is waited for: `RUNNING` unless given. */
export interface ResourceWaitOptions<T> extends Omit<WaitOptions<T>, "until" | "failed" | "what"> {
  status?: "RUNNING" | "STOPPED";
}

/**
 * Waits until the notebook runs (or is stopped). Throws `WaitError` as soon as it failed or somebody, idleness or an
 * empty Wallet turned it another way; `GoneError` if it was deleted, with `replacedBy` if it was re-created.
 */
export function waitForNotebook(
  client: Pick<Client, "getNotebook">,
  notebookId: string,
  options: ResourceWaitOptions<Notebook> = {},
): Promise<Notebook> {
  return waitFor((signal) => client.getNotebook({ path: { notebookId }, signal }), {
    ...options,
    ...outcome(options.status),
    what: "Notebook",
  });
}

/** Waits until the container runs (or is stopped); as `waitForNotebook`. One that completed in the meantime is a `WaitError` too. */
export function waitForContainer(
  client: Pick<Client, "getContainer">,
  containerId: string,
  options: ResourceWaitOptions<Container> = {},
): Promise<Container> {
  return waitFor((signal) => client.getContainer({ path: { containerId }, signal }), {
    ...options,
    ...outcome(options.status),
    what: "GPU Container",
  });
}

type Resource = Pick<Notebook | Container, "status" | "running">;

function outcome(wanted: "RUNNING" | "STOPPED" = "RUNNING") {
  return {
    until: (resource: Resource) => resource.status === wanted,
    failed: ({ status, running }: Resource) =>
      status === "FAILED" || status === "DELETING" || running !== (wanted === "RUNNING"),
  };
}

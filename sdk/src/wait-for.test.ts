import { expect, test, vi } from "vitest";
import { createClient } from "./create-client.ts";
import { GoneError, WaitError } from "./errors.ts";
import { answer, hangUp, refuse, serve, silence, type Answer } from "./testing/server.ts";
import { waitForGone } from "./wait-for-gone.ts";
import { waitForContainer, waitForNotebook } from "./wait-for-resource.ts";
import { waitFor } from "./wait-for.ts";

const quick = { intervalSeconds: 0.01, timeoutSeconds: 20 };

function notebook(
  status: string,
  message = status,
  nextStep: string | null = null,
  running = true,
): Answer {
  const statusReason = { code: status.toLowerCase(), message, nextStep };
  return answer({ id: "nb_1", name: "training", status, statusReason, running });
}

async function clientOf(...answers: [Answer, ...Answer[]]) {
  const server = await serve(...answers);
  return { ...server, client: createClient({ url: server.url, token: "t", retries: 0 }) };
}

async function waitErrorOf(waiting: Promise<unknown>): Promise<WaitError> {
  const error: unknown = await waiting.then(
    () => expect.unreachable("it came"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(WaitError);
  return error as WaitError;
}

test("IAC-4 waits for RUNNING and reports each change of status or reason once", async () => {
  const { client, received } = await clientOf(
    notebook("CREATING", "Waiting for a GPU"),
    notebook("CREATING", "Waiting for a GPU"),
    notebook("CREATING", "Pulling the image"),
    notebook("RUNNING"),
  );
  const onProgress = vi.fn();
  const running = await waitForNotebook(client, "nb_1", { ...quick, onProgress });
  expect(running.status).toBe("RUNNING");
  const told = onProgress.mock.calls.map(([{ status, statusReason }]) => [
    status,
    statusReason.message,
  ]);
  expect(told).toEqual([
    ["CREATING", "Waiting for a GPU"],
    ["CREATING", "Pulling the image"],
    ["RUNNING", "RUNNING"],
  ]);
  expect(received).toHaveLength(4);
});

test("IAC-4 RES-4 a failure names cause and next step", async () => {
  const failed = notebook("FAILED", "The image cannot be pulled", "Check its name.");
  const { client } = await clientOf(notebook("CREATING"), failed);
  const error = await waitErrorOf(waitForNotebook(client, "nb_1", quick));
  expect(error.code).toBe("wait_failed");
  expect(error.detail).toBe(
    "Notebook training (nb_1) is FAILED: The image cannot be pulled. Check its name.",
  );
  expect(error.statusReason).toMatchObject({ nextStep: "Check its name." });
  expect(error.value).toMatchObject({ id: "nb_1", status: "FAILED" });
});

test("IAC-4 a time-out names what it still waits for", async () => {
  const { client } = await clientOf(
    notebook("CREATING", "No GPU is free in hanoi", "Wait, or take tokyo."),
  );
  const error = await waitErrorOf(waitForNotebook(client, "nb_1", { timeoutSeconds: 0.5 }));
  expect(error.code).toBe("wait_timed_out");
  expect(error.detail).toBe(
    "After 0.5 s, Notebook training (nb_1) is still CREATING: No GPU is free in hanoi. Wait, or take tokyo.",
  );
  expect(error.value).toMatchObject({ status: "CREATING" });
});

test("a read that hangs does not outlast the waiting", async () => {
  const { client } = await clientOf(notebook("CREATING"), silence);
  const startedAt = performance.now();
  const error = await waitErrorOf(
    waitForNotebook(client, "nb_1", { ...quick, timeoutSeconds: 0.4 }),
  );
  expect(error.code).toBe("wait_timed_out");
  expect(performance.now() - startedAt).toBeLessThan(3000);
});

test("an outage of the control plane is sat out", async () => {
  const { client, received } = await clientOf(
    hangUp,
    refuse(503, "unavailable"),
    notebook("RUNNING"),
  );
  expect(await waitForNotebook(client, "nb_1", quick)).toMatchObject({ status: "RUNNING" });
  expect(received).toHaveLength(3);
});

test("a look that got no answer in time is an outage", async () => {
  const { url } = await serve(silence, notebook("RUNNING"));
  const client = createClient({ url, token: "t", timeoutSeconds: 0.1 });
  expect(await waitForNotebook(client, "nb_1", quick)).toMatchObject({ status: "RUNNING" });
});

test("an outage until the end is named", async () => {
  const { client } = await clientOf(hangUp);
  const error = await waitErrorOf(
    waitForNotebook(client, "nb_1", { ...quick, timeoutSeconds: 0.2 }),
  );
  expect(error.detail).toContain(
    "After 0.2 s, Notebook is not as wanted. The last look failed: No answer from",
  );
  expect(error.value).toBeUndefined();
});

test("BIL-5 a notebook that is no longer asked to run is not waited for", async () => {
  const { client } = await clientOf(
    notebook("STOPPED", "Stopped because the balance ran out.", "Top up and start it.", false),
  );
  const error = await waitErrorOf(waitForNotebook(client, "nb_1", quick));
  expect(error.detail).toContain(
    "is STOPPED: Stopped because the balance ran out. Top up and start it.",
  );
});

test("RES-7 a container that completed in the meantime is not waited for", async () => {
  const { client } = await clientOf(
    notebook("PROCESSING"),
    notebook("STOPPED", "Completed", null, false),
  );
  const error = await waitErrorOf(waitForContainer(client, "ctr_1", quick));
  expect(error.detail).toBe("GPU Container training (nb_1) is STOPPED: Completed.");
});

test("a container that was just asked to start is waited for, although it is still stopped", async () => {
  const { client } = await clientOf(notebook("STOPPED"), notebook("RUNNING"));
  expect(await waitForContainer(client, "ctr_1", quick)).toMatchObject({ status: "RUNNING" });
});

test("waits for STOPPED", async () => {
  const stopping = notebook("STOPPING", "Stopping", null, false);
  const { client } = await clientOf(stopping, notebook("STOPPED", "Stopped", null, false));
  expect(await waitForNotebook(client, "nb_1", { ...quick, status: "STOPPED" })).toMatchObject({
    status: "STOPPED",
  });
});

test("RES-1 one that was re-created is a GoneError that names its successor", async () => {
  const { client } = await clientOf(
    notebook("CREATING"),
    refuse(410, "gone", { replacedBy: "nb_2" }),
  );
  const waiting = waitForNotebook(client, "nb_1", quick);
  await expect(waiting).rejects.toBeInstanceOf(GoneError);
  await expect(waiting).rejects.toHaveProperty("replacedBy", "nb_2");
});

test("a refusal other than an outage ends the waiting", async () => {
  const { client, received } = await clientOf(refuse(403, "forbidden"));
  await expect(waitForNotebook(client, "nb_1", quick)).rejects.toMatchObject({ code: "forbidden" });
  expect(received).toHaveLength(1);
});

test("a signal ends the waiting with the caller's reason", async () => {
  const reason = new Error("interrupted");
  const controller = new AbortController();
  const { client } = await clientOf(notebook("CREATING"));
  const onProgress = () => controller.abort(reason);
  const waiting = waitForNotebook(client, "nb_1", { onProgress, signal: controller.signal });
  await expect(waiting).rejects.toBe(reason);
});

test("RES-5 waitForGone ends when it is gone, and tells what was seen before", async () => {
  const { client } = await clientOf(notebook("DELETING"), notebook("FAILED"), refuse(410, "gone"));
  const told: (string | undefined)[] = [];
  await waitForGone((signal) => client.getNotebook({ path: { notebookId: "nb_1" }, signal }), {
    ...quick,
    onProgress: ({ status }) => told.push(status),
  });
  expect(told).toEqual(["DELETING", "FAILED"]);
});

test("RBAC-6 waitForGone ends at 404 too, and at nothing else", async () => {
  const { client } = await clientOf(refuse(404, "not_found"), refuse(403, "forbidden"));
  const read = () => client.getWorkspace({ path: { workspaceId: "ws_1" } });
  await expect(waitForGone(read, quick)).resolves.toBeUndefined();
  await expect(waitForGone(read, quick)).rejects.toMatchObject({ code: "forbidden" });
});

test("waitFor takes anything that can be read, and pauses longer the longer it waits", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const looks: number[] = [];
  const waiting = waitFor(async () => looks.push(performance.now() / 1000), {
    until: () => false,
    timeoutSeconds: 600,
  });
  const outcome = waiting.catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(600_000);
  vi.useRealTimers();
  expect(await outcome).toMatchObject({
    code: "wait_timed_out",
    detail: "After 600 s, the resource is not as wanted.",
  });
  const pauses = looks.slice(1).map((at, index) => at - looks[index]!);
  expect(pauses[0]).toBeCloseTo(0.25);
  expect(pauses.at(-1)).toBeCloseTo(10);
  expect(pauses.every((pause, index) => index === 0 || pause >= pauses[index - 1]! - 0.001)).toBe(
    true,
  );
  expect(looks.length).toBeLessThan(100);
});

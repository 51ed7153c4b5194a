import { expect, onTestFinished, test } from "vitest";
import { PendingChanges } from "./pending-changes.ts";

const change = (id: string, passing?: true) =>
  ({ object: "workload", workspaceId: "w", id, ...(passing && { passing }) }) as const;

/** Changes, and what of them is taken next. */
function begin() {
  const ended = new AbortController();
  const pending = new PendingChanges(ended.signal);
  onTestFinished(() => ended.abort());
  const next = async () => {
    for (;;) {
      const taken = await pending.take();
      if (taken.length > 0) return taken.map(({ id }) => id);
    }
  };
  return { pending, next };
}

test("RES-5 the changes of a moment are taken together, each object once", async () => {
  const { pending, next } = begin();
  for (const id of ["a", "b", "a"]) pending.add(change(id));
  expect(await next()).toEqual(["a", "b"]);
  pending.add(change("c"));
  expect(await next()).toEqual(["c"]);
});

test("RES-4 what is passing waits for what comes next, and not for ever", async () => {
  const { pending, next } = begin();
  pending.add(change("passes", true));
  pending.add(change("stays", true));
  pending.add(change("urgent"));
  expect(await next()).toEqual(["urgent"]);
  pending.add(change("passes"));
  expect(await next()).toEqual(["passes"]);
  expect(await next()).toEqual(["stays"]);
});

test("RES-4 in a burst what is passing waits for longer, each after the one before, and what is urgent does not", async () => {
  const { pending, next } = begin();
  const burst = Array.from({ length: 100 }, (_, at) => `passes-${at}`);
  for (const id of burst) pending.add(change(id, true));
  pending.add(change("urgent"));
  expect(await next()).toEqual(["urgent"]);
  const first = await next();
  expect(first.length).toBeLessThan(burst.length / 2);
  expect(first).toEqual(burst.slice(0, first.length));
});

test("RES-5 what is urgent stays so, whatever is passing after it", async () => {
  const { pending, next } = begin();
  pending.add(change("waits", true));
  pending.add(change("a"));
  pending.add(change("a", true));
  const [first] = await pending.take();
  expect(first).toMatchObject({ id: "a", passing: false });
  // Put back because it could not be enqueued, and passing once more.
  pending.add(first!);
  pending.add(change("a", true));
  expect(await next()).toEqual(["a"]);
});

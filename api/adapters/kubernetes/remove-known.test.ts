import { expect, test } from "vitest";
import { KubernetesRefusal } from "./api/errors.ts";
import type { Hands } from "./apply-workload.ts";
import { removePod } from "./remove-workload.ts";
import { podObject, ready, seen, unready } from "./testing/pods.ts";

/** Hands to a cluster that has this of a Pod, or nothing any more. */
function handsTo(there: ReturnType<typeof podObject> | null) {
  const asked: unknown[] = [];
  const taken: unknown[] = [];
  const client = {
    async delete(_path: string, options: unknown) {
      asked.push(options);
      throw new KubernetesRefusal(409, { message: "the object has been modified" });
    },
    get: async () => ({ items: there === null ? [] : [there] }),
  };
  const pods = {
    put: (object: unknown) => taken.push(object),
    drop: () => taken.push("dropped"),
  };
  return { hands: { client, view: { pods } } as unknown as Hands, asked, taken };
}

const at = (clock: string) => `2026-11-29T${clock}Z`;
const known = seen({ status: ready(at("10:00:00")) });

test("BIL-1 a Pod to which something happened unseen is not removed, but looked at first", async () => {
  const now = podObject({ status: unready(at("10:05:00")) });
  const { hands, asked, taken } = handsTo(now);
  expect(await removePod(hands, { ...known, version: "7" }, false)).toBe(false);
  expect(asked).toEqual([{ preconditions: { uid: known.uid, resourceVersion: "7" } }]);
  expect(taken).toEqual([now]);
});

test("RES-5 a Pod that is gone by then is known to be gone", async () => {
  const { hands, taken } = handsTo(null);
  await removePod(hands, known, false);
  expect(taken).toEqual(["dropped"]);
});

import { expect, test } from "vitest";
import { KubernetesRefusal } from "./api/errors.ts";
import type { KubernetesClient } from "./api/client.ts";
import { paths } from "./api/paths.ts";
import { removeKnown } from "./remove-known.ts";
import type { OwnPod } from "./view/pod-facts.ts";
import type { Reflector } from "./view/reflector.ts";
import { podObject, ready, seen, unready } from "./testing/pods.ts";

/** A cluster that has this of a Pod, or nothing any more. */
function clusterWith(there: ReturnType<typeof podObject> | null) {
  const asked: unknown[] = [];
  const taken: unknown[] = [];
  const client = {
    async delete(_path: string, options: unknown) {
      asked.push(options);
      throw new KubernetesRefusal(409, { message: "the object has been modified" });
    },
    get: async () => ({ metadata: { resourceVersion: "9" }, items: there === null ? [] : [there] }),
  };
  const pods = {
    put: (object: unknown) => taken.push(object),
    drop: () => taken.push("dropped"),
  };
  const remove = (pod: OwnPod) =>
    removeKnown(
      client as unknown as KubernetesClient,
      pods as unknown as Reflector<unknown>,
      paths.pods,
      pod,
    );
  return { remove, asked, taken };
}

const at = (clock: string) => `2026-11-29T${clock}Z`;
const known = seen({ status: ready(at("10:00:00")) });

test("BIL-1 a Pod to which something happened unseen is not removed, but looked at first", async () => {
  const now = podObject({ status: unready(at("10:05:00")) });
  const { remove, asked, taken } = clusterWith(now);
  expect(await remove({ ...known, version: "7" })).toBe(false);
  expect(asked).toEqual([{ preconditions: { uid: known.uid, resourceVersion: "7" } }]);
  expect(taken).toEqual([now]);
});

test("RES-5 a Pod that is gone by then is known to be gone", async () => {
  const { remove, taken } = clusterWith(null);
  await remove(known);
  expect(taken).toEqual(["dropped"]);
});

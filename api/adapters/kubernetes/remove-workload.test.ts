import { expect, test } from "vitest";
import type { KubernetesClient } from "./api/client.ts";
import { removeFrom } from "./remove-workload.ts";
import type { Reflector } from "./view/reflector.ts";

const service = (uid: string, deletionTimestamp?: string) => ({
  metadata: { namespace: "n", name: "s", uid, ...(deletionTimestamp && { deletionTimestamp }) },
});

/**
 * What is done to the view of Services when a removal is answered so; by this UID the Service was known before it, and by
 * another one afterwards.
 */
async function removal(before: string | undefined, answer: unknown) {
  const done: unknown[] = [];
  let known = before;
  const services = {
    uidOf: () => known,
    put: (object: unknown) => done.push(["put", object]),
    drop: (...what: unknown[]) => done.push(["drop", ...what]),
  };
  const client = {
    async delete() {
      known = "later";
      return answer;
    },
  };
  await removeFrom(
    services as unknown as Reflector<unknown>,
    client as unknown as KubernetesClient,
    "/api/v1/namespaces/n/services/s",
    { namespace: "n", name: "s" },
  );
  return done;
}

test("RES-5 of what is removed, the one that was known is forgotten, and none that came after it", async () => {
  const gone = [["drop", "n", "s", { uid: "a" }]];
  expect(await removal("a", { kind: "Status", status: "Success" })).toEqual(gone);
  expect(await removal("a", null)).toEqual(gone);
  expect(await removal(undefined, null)).toEqual([]);
});

test("RES-5 what a finalizer keeps stays known as being removed", async () => {
  const going = service("a", "2026-11-29T10:00:00Z");
  expect(await removal("a", going)).toEqual([["put", going]]);
});

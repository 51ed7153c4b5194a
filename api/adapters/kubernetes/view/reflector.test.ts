import { expect, onTestFinished, test } from "vitest";
import type { KubernetesClient } from "../api/client.ts";
import { KubernetesRefusal } from "../api/errors.ts";
import type { KubernetesObject } from "../api/object.ts";
import { Reflector, type ReflectorOptions } from "./reflector.ts";

const NEVER = () => new Promise<never>(() => {});

const nameOf = ({ metadata }: KubernetesObject) => metadata.name;

/** A reflector at work, whose lists and watches are answered so, one after another; then they wait for ever. */
function follow(
  answers: { lists?: (() => unknown)[]; watches?: (() => unknown)[] },
  { optional = false, project = nameOf }: Partial<ReflectorOptions<string>> = {},
) {
  const asked: string[] = [];
  const errors: unknown[] = [];
  const next = (kind: "lists" | "watches") => async () => {
    asked.push(kind);
    return (answers[kind]?.shift() ?? NEVER)();
  };
  const client = { get: next("lists"), stream: next("watches") } as unknown as KubernetesClient;
  const reflector = new Reflector({
    client,
    path: "/api/v1/pods",
    project,
    changed: () => {},
    onError: (error) => errors.push(error),
    optional,
  });
  const ended = new AbortController();
  onTestFinished(() => ended.abort());
  void reflector.run(ended.signal);
  return { reflector, asked, errors };
}

const missing = () => {
  throw new KubernetesRefusal(404, { reason: "NotFound" });
};
const listOf =
  (...names: string[]) =>
  () => ({
    metadata: { resourceVersion: "7" },
    items: names.map((name) => ({ metadata: { name, uid: name, resourceVersion: "5" } })),
  });

test("RES-5 a list that is not found says nothing of what there is, but where a cluster may not have the kind", async () => {
  const pods = follow({ lists: [missing, listOf("p")] });
  await pods.reflector.synced;
  expect([...pods.reflector.values()]).toEqual(["p"]);
  expect(pods.errors).toHaveLength(1);
  const routes = follow({ lists: [missing] }, { optional: true });
  await routes.reflector.synced;
  expect(routes.asked).toEqual(["lists"]);
  expect([...routes.reflector.values()]).toEqual([]);
});

test("RES-5 a watch that breaks goes on where it was, without a new list", async () => {
  const broken = () => {
    throw new Error("cut");
  };
  const { reflector, asked, errors } = follow({ lists: [listOf("p")], watches: [broken, broken] });
  await reflector.synced;
  await expect.poll(() => asked.length).toBe(4);
  expect(asked).toEqual(["lists", "watches", "watches", "watches"]);
  expect(errors).toHaveLength(2);
});

test("RES-5 an answer that shows something to be gone says nothing of what came after it", async () => {
  const { reflector } = follow({ lists: [listOf()] });
  await reflector.synced;
  const names = () => [...reflector.values()];
  const put = (uid: string, resourceVersion: string) =>
    reflector.put({ metadata: { name: "p", namespace: "n", uid, resourceVersion } } as never);
  put("a", "9");
  // An empty list of before.
  reflector.drop("n", "p", { version: "8" });
  expect(names()).toEqual(["p"]);
  // The removal of the one before it.
  reflector.drop("n", "p", { uid: "other" });
  expect(names()).toEqual(["p"]);
  reflector.drop("n", "p", { version: "9" });
  expect(names()).toEqual([]);
  put("a", "10");
  expect(names()).toEqual([]);
  put("b", "11");
  expect(names()).toEqual(["p"]);
});

test("RES-5 a cluster that was restored from a backup is believed, though its versions are behind", async () => {
  const object = (name: string, resourceVersion: string) => ({
    metadata: { name, uid: name, resourceVersion },
  });
  const list =
    (resourceVersion: string, ...items: object[]) =>
    () => ({ metadata: { resourceVersion }, items });
  const again = Promise.withResolvers<never>();
  const expired = () => {
    throw new KubernetesRefusal(410, { reason: "Expired" });
  };
  const { reflector, asked } = follow(
    {
      lists: [
        list("90", object("changed", "80"), object("made since", "90"), object("gone", "70")),
        // Of which it is told that one is gone; what was written meanwhile is in no list yet.
        list("95", object("changed", "80"), object("made since", "90")),
        () => {
          reflector.put(object("new", "41") as never);
          return list("40", object("changed", "30"), object("gone", "35"))();
        },
      ],
      watches: [expired, () => again.promise],
    },
    { project: ({ metadata: { name, resourceVersion } }) => `${name} ${resourceVersion}` },
  );
  await reflector.synced;
  reflector.put(object("ours", "99") as never);
  const known = () => [...reflector.values()].toSorted();
  await expect.poll(() => asked.length).toBe(4);
  expect(known()).toEqual(["changed 80", "made since 90", "ours 99"]);
  again.reject(new KubernetesRefusal(410, { reason: "Expired" }));
  await expect.poll(known).toEqual(["changed 30", "gone 35", "new 41"]);
});

import { expect, onTestFinished, test } from "vitest";
import type { KubernetesClient } from "../api/client.ts";
import { KubernetesRefusal } from "../api/errors.ts";
import { Reflector } from "./reflector.ts";

const NEVER = () => new Promise<never>(() => {});

/** A reflector at work, whose lists and watches are answered so, one after another; then they wait for ever. */
function follow(
  answers: { lists?: (() => unknown)[]; watches?: (() => unknown)[] },
  { optional }: { optional: boolean } = { optional: false },
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
    project: ({ metadata }) => metadata.name,
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

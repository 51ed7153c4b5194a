import { expectTypeOf } from "vitest";
import type { Client } from "../call.ts";
import type { Notebook, Region } from "../generated/types.gen.ts";
import { paginate } from "../paginate.ts";

/** Never called: `call.test.ts` proves that it compiles, and so that each marked line does not. */
export function calls(client: Client) {
  const path = { workspaceId: "ws_1" };
  const body = { name: "a", region: "hanoi", flavor: "f", image: "i", homeVolume: { sizeGib: 10 } };
  void client.createNotebook({
    path,
    body,
    idempotencyKey: "k",
    signal: AbortSignal.abort(),
    timeoutSeconds: 5,
    retries: 0,
  });
  const { flavor: _, ...withoutFlavor } = body;
  void client.getMe();
  void client.getMe({ timeoutSeconds: 1 });
  void client.updateNotebook({ path: { notebookId: "nb_1" }, body: { name: "b" }, ifMatch: 7 });

  // @ts-expect-error the size is a number
  void client.createNotebook({ path, body: { ...body, homeVolume: { sizeGib: "10" } } });
  // @ts-expect-error there is no such field
  void client.createNotebook({ path, body: { ...body, gpus: 1 } });
  // @ts-expect-error flavor is missing
  void client.createNotebook({ path, body: withoutFlavor });
  // @ts-expect-error the body is missing
  void client.createNotebook({ path });
  // @ts-expect-error the path is missing
  void client.getNotebook();
  // @ts-expect-error a read has no body
  void client.getNotebook({ path: { notebookId: "nb_1" }, body: {} });
  // @ts-expect-error a read changes nothing that ifMatch could guard
  void client.getNotebook({ path: { notebookId: "nb_1" }, ifMatch: 7 });
  // @ts-expect-error only POST has an idempotency key
  void client.updateNotebook({ path: { notebookId: "nb_1" }, body: {}, idempotencyKey: "k" });
  // @ts-expect-error the period is day or month
  void client.putQuota({ path, body: { period: "week", limitUsd: "1.00" } });
  // @ts-expect-error a single notebook has no pages
  paginate(client.getNotebook, { path: { notebookId: "nb_1" } });
  // @ts-expect-error the path is missing
  paginate(client.listNotebooks);
  return [paginate(client.listNotebooks, { path }), paginate(client.listRegions)] as const;
}

export function answers() {
  expectTypeOf<Awaited<ReturnType<Client["getNotebook"]>>>().toEqualTypeOf<Notebook>();
  expectTypeOf<Awaited<ReturnType<Client["deleteQuota"]>>>().toEqualTypeOf<void>();
  type Pages = ReturnType<typeof calls>;
  expectTypeOf<Pages[0]>().toEqualTypeOf<AsyncGenerator<Notebook, void, undefined>>();
  expectTypeOf<Pages[1]>().toEqualTypeOf<AsyncGenerator<Region, void, undefined>>();
}

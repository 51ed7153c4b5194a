import {
  GoneError,
  type Container,
  type ContainerRequest,
  type Notebook,
  type Volume,
} from "@aifactory/sdk";
import { edit, remove, type CarefulClient } from "./careful-client.ts";

/** Notebooks and containers under the same verbs, as the story asks for them. */
export interface Kind {
  readonly kind: "notebook" | "container";
  create(name: string, clientToken: string): Promise<Item>;
  read(id: string): Promise<Item>;
  start(id: string): Promise<unknown>;
  stop(id: string): Promise<unknown>;
  /** Re-create of a notebook, which answers with another id; restart of a container. */
  replace(id: string, keepHome: boolean): Promise<Item>;
  grow(id: string, sizeGib: number): Promise<unknown>;
  /** An edit that the process sees, and so restarts a running one. */
  change(id: string, variant: number): Promise<unknown>;
  /** Another size of machine; restarts a running one. */
  move(id: string, flavor: string): Promise<unknown>;
  remove(id: string): Promise<void>;
}

export interface Item {
  id: string;
  status: string;
  running: boolean;
  revision: number;
  sizeGib: number;
  /** The product has seen its storage. */
  hasStorage: boolean;
}

export const FIRST_GIB = 10;
/** What a container has beside its process. */
export type ContainerShape = Pick<ContainerRequest, "disk" | "ports">;
const WITH_DISK: ContainerShape = { disk: { sizeGib: FIRST_GIB, mountPath: "/data" } };
const IMAGES = ["jupyter-base", "jupyter-scipy", "jupyter-pytorch", "jupyter-tensorflow"];

export function notebooks(careful: CarefulClient, workspaceId: string, region: Region): Kind {
  const { client } = careful;
  const path = (notebookId: string) => ({ path: { notebookId } });
  const read = async (id: string) => notebookItem(await client.getNotebook(path(id)));
  return {
    kind: "notebook",
    read: (id) => careful.insist(() => read(id)),
    async create(name, clientToken) {
      const homeVolume = { sizeGib: FIRST_GIB };
      const body = { ...region, image: IMAGES[0]!, name, clientToken, homeVolume };
      return notebookItem(
        await careful.insist((idempotencyKey) =>
          client.createNotebook({ path: { workspaceId }, body, idempotencyKey }),
        ),
      );
    },
    start: (id) =>
      careful.insist((idempotencyKey) => client.startNotebook({ ...path(id), idempotencyKey })),
    stop: (id) =>
      careful.insist((idempotencyKey) => client.stopNotebook({ ...path(id), idempotencyKey })),
    replace: (id, keepHome) =>
      careful.insist(async (idempotencyKey) => {
        const body = { homeVolume: keepHome ? "keep" : "discard" } as const;
        try {
          return notebookItem(await client.recreateNotebook({ ...path(id), body, idempotencyKey }));
        } catch (error) {
          // It was accepted, and the old one has gone since.
          if (error instanceof GoneError && error.replacedBy) return read(error.replacedBy);
          throw error;
        }
      }),
    grow: (id, sizeGib) =>
      edit(
        careful,
        () => client.getNotebook(path(id)),
        (item) => item.homeVolume.sizeGib >= sizeGib,
        (ifMatch) =>
          client.updateNotebook({ ...path(id), body: { homeVolume: { sizeGib } }, ifMatch }),
      ),
    change(id, variant) {
      const image = IMAGES[variant % IMAGES.length]!;
      return edit(
        careful,
        () => client.getNotebook(path(id)),
        (item) => item.image === image,
        (ifMatch) => client.updateNotebook({ ...path(id), body: { image }, ifMatch }),
      );
    },
    move: (id, flavor) =>
      edit(
        careful,
        () => client.getNotebook(path(id)),
        (item) => item.flavor === flavor,
        (ifMatch) => client.updateNotebook({ ...path(id), body: { flavor }, ifMatch }),
      ),
    remove: (id) => remove(careful, () => client.deleteNotebook(path(id))),
  };
}

export function containers(
  careful: CarefulClient,
  workspaceId: string,
  region: Region,
  shape: ContainerShape = WITH_DISK,
): Kind {
  const { client } = careful;
  const path = (containerId: string) => ({ path: { containerId } });
  const read = async (id: string) => containerItem(await client.getContainer(path(id)));
  return {
    kind: "container",
    read: (id) => careful.insist(() => read(id)),
    async create(name, clientToken) {
      const image = "docker.io/library/ubuntu:24.04";
      const body = { ...region, image, name, clientToken, ...shape };
      return containerItem(
        await careful.insist((idempotencyKey) =>
          client.createContainer({ path: { workspaceId }, body, idempotencyKey }),
        ),
      );
    },
    start: (id) =>
      careful.insist((idempotencyKey) => client.startContainer({ ...path(id), idempotencyKey })),
    stop: (id) =>
      careful.insist((idempotencyKey) => client.stopContainer({ ...path(id), idempotencyKey })),
    replace: async (id) =>
      containerItem(
        await careful.insist((idempotencyKey) =>
          client.restartContainer({ ...path(id), idempotencyKey }),
        ),
      ),
    grow: (id, sizeGib) =>
      edit(
        careful,
        () => client.getContainer(path(id)),
        (item) => item.disk!.sizeGib >= sizeGib,
        (ifMatch) => client.updateContainer({ ...path(id), body: { disk: { sizeGib } }, ifMatch }),
      ),
    change(id, variant) {
      const env = [{ name: "VARIANT", value: String(variant), secret: variant % 2 === 0 }];
      return edit(
        careful,
        () => client.getContainer(path(id)),
        ({ env: [now] }) => now !== undefined && now.value === env[0]!.value,
        (ifMatch) => client.updateContainer({ ...path(id), body: { env }, ifMatch }),
      );
    },
    move: (id, flavor) =>
      edit(
        careful,
        () => client.getContainer(path(id)),
        (item) => item.flavor === flavor,
        (ifMatch) => client.updateContainer({ ...path(id), body: { flavor }, ifMatch }),
      ),
    remove: (id) => remove(careful, () => client.deleteContainer(path(id))),
  };
}

export interface Region {
  region: string;
  flavor: string;
}

function notebookItem({ homeVolume, storageSince, ...rest }: Notebook): Item {
  return { ...rest, sizeGib: homeVolume.sizeGib, hasStorage: storageSince !== null };
}

function containerItem({ disk, storageSince, ...rest }: Container): Item {
  return { ...rest, sizeGib: disk?.sizeGib ?? 0, hasStorage: storageSince !== null };
}

/** Separate volumes under the same care. */
export function volumes(careful: CarefulClient, workspaceId: string, region: string) {
  const { client } = careful;
  const path = (volumeId: string) => ({ path: { volumeId } });
  return {
    create: (name: string, clientToken: string): Promise<Volume> =>
      careful.insist((idempotencyKey) =>
        client.createVolume({
          path: { workspaceId },
          body: { name, region, sizeGib: FIRST_GIB, clientToken },
          idempotencyKey,
        }),
      ),
    read: (id: string) => careful.insist(() => client.getVolume(path(id))),
    grow: (id: string, sizeGib: number) =>
      edit(
        careful,
        () => client.getVolume(path(id)),
        (item) => item.sizeGib >= sizeGib,
        (ifMatch) => client.updateVolume({ ...path(id), body: { sizeGib }, ifMatch }),
      ),
    attach: (id: string, containerId: string) =>
      careful.insist((idempotencyKey) =>
        client.attachVolume({
          ...path(id),
          body: { containerId, mountPath: "/models" },
          idempotencyKey,
        }),
      ),
    detach: (id: string) =>
      careful.insist((idempotencyKey) => client.detachVolume({ ...path(id), idempotencyKey })),
    remove: (id: string) => remove(careful, () => client.deleteVolume(path(id))),
  };
}

export type Volumes = ReturnType<typeof volumes>;

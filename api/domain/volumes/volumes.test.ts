import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { keyOf } from "#domain/ids.ts";
import { startRunningSite, type RunningSite } from "../../../test/support/running-site.ts";

let site: RunningSite;
let workspace: string;
beforeAll(async () => {
  site = await startRunningSite();
});
afterAll(() => site?.stop());
beforeEach(async () => {
  workspace = await site.createWorkspace();
});
afterEach(async () => {
  await site.ask("DELETE", `/v1/workspaces/${workspace}?force=true`);
  await site.pass(60);
});

const collection = () => `/v1/workspaces/${workspace}/volumes`;
const create = async (more: object = {}, token?: string) => {
  const asked = { name: "data", region: "hanoi", sizeGib: 10, ...more };
  const { status, body } = await site.ask("POST", collection(), asked, token);
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const get = async (id: string) => (await site.ask("GET", `/v1/volumes/${id}`)).body;
const edit = (id: string, body: unknown) => site.ask("PATCH", `/v1/volumes/${id}`, body);

async function container(more: object = {}, token?: string): Promise<string> {
  const asked = { name: "c", region: "hanoi", flavor: "h100-sxm5-1", image: "docker.io/x/y:1" };
  const path = `/v1/workspaces/${workspace}/containers`;
  const { body } = await site.ask("POST", path, { ...asked, ...more }, token);
  return body.id;
}

async function stoppedContainer(more: object = {}, token?: string): Promise<string> {
  const id = await container(more, token);
  await site.ask("POST", `/v1/containers/${id}/stop`);
  await site.pass(30);
  return id;
}

const attach = (id: string, containerId: string, mountPath = "/mnt/data", token?: string) =>
  site.ask("POST", `/v1/volumes/${id}/attach`, { containerId, mountPath }, token);
const detach = (id: string) => site.ask("POST", `/v1/volumes/${id}/detach`);

test("RES-3 a volume is CREATING, then AVAILABLE, and gone after its deletion is verified", async () => {
  const created = await create({ tags: { team: "vision" } });
  expect(created).toMatchObject({
    id: expect.stringMatching(/^vol_/),
    organizationId: site.organizationId,
    workspaceId: workspace,
    name: "data",
    region: "hanoi",
    sizeGib: 10,
    attachment: null,
    tags: { team: "vision" },
    createdBy: site.ownerId,
    status: "CREATING",
    revision: 1,
    storageSince: null,
  });
  await site.pass(10);
  const available = await get(created.id);
  expect(available).toMatchObject({ status: "AVAILABLE", revision: 1 });
  expect(available.storageSince).toMatch(/Z$/);
  const deleting = await site.ask("DELETE", `/v1/volumes/${created.id}`);
  expect(deleting.status).toBe(202);
  expect(deleting.body.status).toBe("DELETING");
  expect((await site.ask("DELETE", `/v1/volumes/${created.id}`)).status).toBe(202);
  expect((await edit(created.id, { name: "x" })).body).toMatchObject({
    code: "invalid_state",
    currentStatus: "DELETING",
  });
  await site.pass(30);
  expect((await site.ask("GET", `/v1/volumes/${created.id}`)).status).toBe(410);
  expect((await site.ask("GET", collection())).body.items).toEqual([]);
});

test("RES-3 it grows and never shrinks; edits that change nothing move no revision", async () => {
  const { id } = await create();
  await site.pass(10);
  const grown = await edit(id, { name: "renamed", sizeGib: 20 });
  expect(grown.body).toMatchObject({ name: "renamed", sizeGib: 20, revision: 2 });
  expect(grown.body.statusReason.code).toBe("storageGrowing");
  expect((await edit(id, { sizeGib: 20, name: "renamed" })).body.revision).toBe(2);
  const smaller = await edit(id, { sizeGib: 19 });
  expect(smaller.status).toBe(409);
  expect(smaller.body).toMatchObject({ code: "volume_cannot_shrink", sizeGib: 20 });
  await site.pass(10);
  expect((await get(id)).statusReason.code).toBe("storageReady");
  const late = await site.request("PATCH", `/v1/volumes/${id}`, {
    token: site.ownerToken,
    body: { name: "late" },
    headers: { "if-match": '"1"' },
  });
  expect(late.status).toBe(412);
});

test("RES-3 attaches to one stopped container of the same place at a time, and is not deleted meanwhile", async () => {
  const { id } = await create();
  const first = await stoppedContainer({ disk: { sizeGib: 1, mountPath: "/disk" } });
  const attached = await attach(id, first);
  expect(attached.status).toBe(200);
  const attachment = { containerId: first, mountPath: "/mnt/data" };
  expect(attached.body).toMatchObject({ attachment, revision: 2 });
  expect((await attach(id, first)).body).toMatchObject({ attachment, revision: 2 });
  const shown = (await site.ask("GET", `/v1/containers/${first}`)).body;
  expect(shown.volumes).toEqual([{ volumeId: id, mountPath: "/mnt/data" }]);
  expect(shown.disk).toEqual({ sizeGib: 1, mountPath: "/disk" });

  const second = await stoppedContainer();
  expect((await attach(id, second)).body).toMatchObject({
    status: 409,
    code: "volume_attached",
    containerId: first,
  });
  const refused = await site.ask("DELETE", `/v1/volumes/${id}`);
  expect(refused.status).toBe(409);
  expect(refused.body.code).toBe("volume_attached");

  expect((await detach(id)).body).toMatchObject({ attachment: null, revision: 3 });
  expect((await detach(id)).body.revision).toBe(3);
  expect((await attach(id, second)).status).toBe(200);
});

test("RES-3 a running container mounts it; it attaches and detaches only while stopped", async () => {
  const { id } = await create();
  const running = await container();
  await site.pass(30);
  const early = await attach(id, running);
  expect(early.status).toBe(409);
  expect(early.body).toMatchObject({ code: "invalid_state", currentStatus: "RUNNING" });
  await site.ask("POST", `/v1/containers/${running}/stop`);
  expect((await attach(id, running)).body.currentStatus).toBe("STOPPING");
  await site.pass(30);
  expect((await attach(id, running)).status).toBe(200);
  await site.ask("POST", `/v1/containers/${running}/start`);
  await site.pass(30);
  expect((await site.ask("GET", `/v1/containers/${running}`)).body.status).toBe("RUNNING");
  expect((await detach(id)).body).toMatchObject({
    code: "invalid_state",
    currentStatus: "RUNNING",
  });
});

test("RES-3 a volume of another region or at a taken path is refused", async () => {
  const elsewhere = await create({ region: "tokyo" });
  const id = await stoppedContainer({ disk: { sizeGib: 1, mountPath: "/data" } });
  expect((await attach(elsewhere.id, id)).body).toMatchObject({
    status: 409,
    code: "volume_elsewhere",
    volumeRegion: "tokyo",
    containerRegion: "hanoi",
  });
  const here = await create();
  for (const path of ["/data", "/data/inside"]) {
    const { body } = await attach(here.id, id, path);
    expect(body).toMatchObject({ code: "mount_path_taken", mountPath: "/data" });
  }
  expect((await attach(here.id, id, "/data2")).status).toBe(200);
});

test("RBAC-6 a container of another Workspace or Organization cannot be attached to", async () => {
  const { id } = await create();
  const mine = workspace;
  workspace = await site.createWorkspace();
  const neighbour = await stoppedContainer();
  const answer = await attach(id, neighbour);
  expect(answer.status).toBe(404);
  expect(answer.body.code).toBe("not_found");
  await site.ask("DELETE", `/v1/workspaces/${workspace}?force=true`);
  workspace = mine;
  const other = await site.createOrganization("foreign");
  expect((await attach(id, neighbour, "/x", other.token)).status).toBe(404);
  expect((await site.ask("DELETE", `/v1/volumes/${id}`, undefined, other.token)).status).toBe(404);
});

test("RBAC-3 a Member attaches own volumes to own containers only", async () => {
  const member = await site.mint("member@example.com", { [workspace]: "Member" });
  const own = await create({}, member.token);
  const others = await stoppedContainer();
  const refused = await attach(own.id, others, "/x", member.token);
  expect(refused.status).toBe(403);
  expect(refused.body).toMatchObject({ code: "forbidden", layer: "role" });
  const theirs = await stoppedContainer({}, member.token);
  expect((await attach(own.id, theirs, "/x", member.token)).status).toBe(200);
});

test("RES-3 separate volumes outlive the container that they are attached to, inline disks do not", async () => {
  const { id } = await create();
  const doomed = await stoppedContainer({ disk: { sizeGib: 1, mountPath: "/disk" } });
  await attach(id, doomed);
  await site.ask("DELETE", `/v1/containers/${doomed}`);
  expect(await get(id)).toMatchObject({ attachment: null, status: "AVAILABLE" });
  await site.pass(60);
  expect((await site.ask("GET", `/v1/containers/${doomed}`)).status).toBe(410);
  expect((await get(id)).status).toBe("AVAILABLE");
  const { rows } = await site.testDatabase.database.pool.query(
    "select kind from volumes where deleted_at is null and workspace_id = $1",
    [keyOf(workspace)],
  );
  expect(rows).toEqual([{ kind: "volume" }]);
});

test("IAC-3 a create with the token of a living volume returns that one, also at the same moment", async () => {
  const clientToken = "volume-of-a-program";
  const made = await Promise.all([1, 2, 3].map(() => create({ clientToken })));
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect((await site.ask("GET", collection())).body.items).toHaveLength(1);
});

test("lists go page by page and leave inline storage out", async () => {
  await container({ disk: { sizeGib: 1, mountPath: "/disk" } });
  const ids = [];
  for (const name of ["a", "b", "c"]) ids.push((await create({ name })).id);
  const first = (await site.ask("GET", `${collection()}?limit=2`)).body;
  const second = (await site.ask("GET", `${collection()}?limit=2&cursor=${first.nextCursor}`)).body;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect(second.nextCursor).toBeNull();
});

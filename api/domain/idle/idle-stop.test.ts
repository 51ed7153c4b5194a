import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { keyOf } from "#domain/ids.ts";
import { must } from "../../../test/support/fixture.ts";
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

const create = (more: object = {}, token?: string) => {
  const body = {
    name: "explore",
    region: "hanoi",
    flavor: "cpu-small",
    image: "jupyter-base",
    homeVolume: { sizeGib: 1 },
    ...more,
  };
  return site.ask("POST", `/v1/workspaces/${workspace}/notebooks`, body, token);
};
const edit = (id: string, body: object, token?: string) =>
  site.ask("PATCH", `/v1/notebooks/${id}`, body, token);
const editWorkspace = (body: object, token?: string) =>
  site.ask("PATCH", `/v1/workspaces/${workspace}`, body, token);
const inForce = async (id: string) =>
  (await must(site.ask("GET", `/v1/notebooks/${id}`))).idleStopInForce;

test("RES-9 idle stop is opt-in: the notebook's own word comes before its Workspace's", async () => {
  const { id, ...made } = await must(create());
  expect(made).toMatchObject({ idleStop: null, idleStopInForce: null, idle: null });
  const set = await must(editWorkspace({ notebookIdleStop: { afterMinutes: 120 } }));
  expect(set).toMatchObject({ notebookIdleStop: { afterMinutes: 120 }, revision: 2 });
  expect(await inForce(id)).toEqual({ afterMinutes: 120, from: "workspace" });
  const own = await must(edit(id, { idleStop: { afterMinutes: 30 } }));
  expect(own).toMatchObject({
    idleStop: { afterMinutes: 30 },
    idleStopInForce: { afterMinutes: 30, from: "notebook" },
    revision: 2,
  });
  const never = await must(edit(id, { idleStop: "never" }));
  expect(never).toMatchObject({ idleStop: "never", idleStopInForce: null });
  await must(edit(id, { idleStop: null }));
  expect(await inForce(id)).toEqual({ afterMinutes: 120, from: "workspace" });
  const listed = await must(site.ask("GET", `/v1/workspaces/${workspace}/notebooks`));
  expect(listed.items[0].idleStopInForce).toEqual({ afterMinutes: 120, from: "workspace" });
  await must(editWorkspace({ notebookIdleStop: null }));
  expect(await inForce(id)).toBeNull();
});

test("RES-9 what an edit leaves out stays, and an edit to what is moves no revision", async () => {
  const idleStop = { afterMinutes: 45 };
  const { id } = await must(create({ idleStop }));
  expect(await must(edit(id, { name: "renamed" }))).toMatchObject({ idleStop, revision: 2 });
  expect(await must(edit(id, { idleStop }))).toMatchObject({ revision: 2 });
  const notebookIdleStop = { afterMinutes: 60 };
  await must(editWorkspace({ notebookIdleStop }));
  const renamed = await must(editWorkspace({ name: `renamed-${workspace}` }));
  expect(renamed).toMatchObject({ notebookIdleStop, revision: 3 });
  expect(await must(editWorkspace({ notebookIdleStop }))).toMatchObject({ revision: 3 });
});

test("RES-9 a notebook of before idle stop says nothing itself, and no edit of nothing changes it", async () => {
  const { id } = await must(create());
  const old = "update resources set spec = spec - 'idleStop' where id = $1";
  await site.testDatabase.database.pool.query(old, [keyOf(id)]);
  expect(await must(site.ask("GET", `/v1/notebooks/${id}`))).toMatchObject({ idleStop: null });
  const same = await must(edit(id, { name: "explore", idleStop: null }));
  expect(same).toMatchObject({ idleStop: null, revision: 1 });
});

test("RES-1 re-creating keeps the idle stop", async () => {
  const { id } = await must(create({ idleStop: "never" }));
  const successor = await must(site.ask("POST", `/v1/notebooks/${id}/recreate`));
  expect(successor).toMatchObject({ idleStop: "never", idle: null });
});

test("ORG-3 a Workspace is made with the idle stop of its notebooks", async () => {
  const path = `/v1/organizations/${site.organizationId}/workspaces`;
  const name = `made-${workspace}`;
  const body = { name, notebookIdleStop: { afterMinutes: 60 } };
  expect(await must(site.ask("POST", path, body))).toMatchObject(body);
  expect((await must(site.ask("GET", path))).items).toContainEqual(expect.objectContaining(body));
});

test("RES-9 periods are whole minutes from twenty to a week", async () => {
  for (const afterMinutes of [0, 19, 20.5, 10_081, "60", null]) {
    const { status, body } = await create({ idleStop: { afterMinutes } });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer: "/idleStop/afterMinutes" }]);
    const ofWorkspace = await editWorkspace({ notebookIdleStop: { afterMinutes } });
    expect(ofWorkspace.body.errors).toMatchObject([{ pointer: "/notebookIdleStop/afterMinutes" }]);
  }
  for (const idleStop of ["always", 60, {}, { afterMinutes: 60, more: 1 }])
    expect((await create({ idleStop })).status).toBe(400);
  expect((await editWorkspace({ notebookIdleStop: "never" })).status).toBe(400);
});

test("RBAC-3 the notebook's is edited by whoever may edit it, the Workspace's by the Owner; everyone sees both", async () => {
  const member = await site.mint(`m-${workspace}@example.com`, { [workspace]: "Member" });
  const admin = await site.mint(`a-${workspace}@example.com`, { [workspace]: "Admin" });
  const [own, other] = [await must(create({}, member.token)), await must(create())];
  const idleStop = { afterMinutes: 60 };
  expect((await edit(own.id, { idleStop }, member.token)).status).toBe(200);
  expect((await edit(other.id, { idleStop }, member.token)).status).toBe(403);
  expect((await edit(own.id, { idleStop: "never" }, admin.token)).status).toBe(200);
  for (const { token } of [member, admin]) {
    const refused = await editWorkspace({ notebookIdleStop: idleStop }, token);
    expect(refused.body).toMatchObject({ status: 403, code: "forbidden" });
  }
  await must(editWorkspace({ notebookIdleStop: idleStop }));
  const seen = await site.ask("GET", `/v1/workspaces/${workspace}`, undefined, member.token);
  expect(seen.body.notebookIdleStop).toEqual(idleStop);
});

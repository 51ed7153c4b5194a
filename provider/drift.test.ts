import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, succeeded } from "../test/support/pulumi/engine.ts";
import { engineKinds } from "../test/support/pulumi/engines.ts";
import { type LiveSite, startLiveSite } from "./testing/live-site.ts";
import { container, ml, notebook, ref, want, wantedProgram } from "./testing/wanted.ts";

describe.each(engineKinds)("IAC-5 drift $title", { timeout: 180_000 }, ({ open, missing }) => {
  let site: LiveSite;
  let engine: Engine;
  const idOf = async (key: string): Promise<string> =>
    (await engine.exportState()).find(({ urn }) => urn.endsWith(`:${key}`))?.id ?? "";
  const notebookPath = async () => ({ path: { notebookId: await idOf("Notebook::research") } });
  const changed = (changes: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(changes).filter(([, change]) => change !== "same"));

  beforeAll(async () => {
    if (missing) return;
    site = await startLiveSite();
    engine = await open({ directory: wantedProgram, env: site.env });
  }, 120_000);
  afterAll(async () => {
    if (missing) return;
    await engine.close();
    await site.stop();
  });

  const quota = (limitUsd: string) =>
    ({
      kind: "Quota",
      name: "quota",
      args: { workspaceId: ref("ml.id"), period: "day", limitUsd },
    }) as const;
  const policy = (actions: string[]) =>
    ({
      kind: "Policy",
      name: "readers",
      args: {
        name: "readers",
        statements: [
          { effect: "Allow", service: "notebook", regions: ["tokyo", "hanoi"], actions },
        ],
      },
    }) as const;

  it.skipIf(missing)("what means the same is no change, however it is written", async () => {
    const actions = ["notebook:read", "notebook:create"];
    await want(engine, ml, quota("25.0"), policy(actions), notebook(), container());
    succeeded(await engine.up());
    expect(changed(succeeded(await engine.refresh()).changes)).toEqual({});
    expect(changed(succeeded(await engine.up()).changes)).toEqual({});

    const services = [
      { service: "container", regions: ["hanoi"] },
      { service: "notebook", regions: ["hanoi", "tokyo"] },
    ];
    await want(
      engine,
      { ...ml, args: { ...ml.args, services, boundaryLocked: false } },
      quota("25.000"),
      policy(actions.toReversed()),
      notebook({ tags: {} }),
      container({}),
    );
    expect(changed(succeeded(await engine.up()).changes)).toEqual({});
  });

  it.skipIf(missing)("sees what was changed elsewhere, and up sets it right", async () => {
    const path = { workspaceId: await idOf("Workspace::ml") };
    await site.owner.updateWorkspace({ path, body: { boundaryLocked: true } });
    await site.owner.disableService({ path: { ...path, service: "container" } });
    await site.owner.putQuota({ path, body: { period: "month", limitUsd: "1.00" } });
    await site.owner.updateNotebook({ ...(await notebookPath()), body: { name: "renamed" } });
    const drifted = {
      "Workspace::ml": "update",
      "Quota::quota": "update",
      "Notebook::research": "update",
    };
    expect(changed(succeeded(await engine.refresh()).changes)).toEqual(drifted);
    expect(changed(succeeded(await engine.up()).changes)).toEqual(drifted);
    expect(await site.owner.getWorkspace({ path })).toMatchObject({ boundaryLocked: false });
    expect(await site.owner.getQuota({ path })).toMatchObject({ period: "day" });
    expect(await site.owner.getNotebook(await notebookPath())).toMatchObject({ name: "research" });
    const { items } = await site.owner.listServices({ path });
    expect(items.find(({ service }) => service === "container")).toMatchObject({ enabled: true });
  });

  it.skipIf(missing)(
    "up leaves stopped what somebody stopped, unless it declares running",
    async () => {
      await site.owner.stopNotebook(await notebookPath());
      const status = async () => (await site.owner.getNotebook(await notebookPath())).status;
      await expect.poll(status, { timeout: 20_000 }).toBe("STOPPED");
      // It is no change of what the program says, but the state knows.
      succeeded(await engine.refresh());
      const stopped = (await engine.exportState()).find(({ urn }) => urn.endsWith("::research"));
      expect(stopped?.outputs).toMatchObject({ status: "STOPPED", running: false });
      expect(changed(succeeded(await engine.up()).changes)).toEqual({});
      // An edit does not start it either.
      const edited = notebook({ flavor: "cpu-medium", homeVolume: { sizeGib: 12 } });
      await want(
        engine,
        ml,
        quota("25"),
        policy(["notebook:read", "notebook:create"]),
        edited,
        container(),
      );
      expect(succeeded(await engine.up()).changes["Notebook::research"]).toBe("update");
      expect(await site.owner.getNotebook(await notebookPath())).toMatchObject({
        status: "STOPPED",
        flavor: "cpu-medium",
        homeVolume: { sizeGib: 12 },
      });

      const bigger = { flavor: "cpu-medium", homeVolume: { sizeGib: 12 } };
      await want(engine, ml, notebook({ ...bigger, running: true }));
      succeeded(await engine.up());
      expect((await site.owner.getNotebook(await notebookPath())).status).toBe("RUNNING");
      await want(engine, ml, notebook({ ...bigger, running: false }));
      succeeded(await engine.up());
      expect((await site.owner.getNotebook(await notebookPath())).status).toBe("STOPPED");
      await want(engine, ml, notebook(bigger));
      expect(changed(succeeded(await engine.up()).changes)).toEqual({});
    },
  );

  it.skipIf(missing)(
    "RES-9 idle stop is the program's, changes in place and restarts nothing",
    async () => {
      const bigger = { flavor: "cpu-medium", homeVolume: { sizeGib: 12 } };
      const ofWorkspace = { ...ml, args: { ...ml.args, notebookIdleStop: { afterMinutes: 120 } } };
      await want(engine, ml, notebook({ ...bigger, running: true }));
      succeeded(await engine.up());
      const { runningSince } = await site.owner.getNotebook(await notebookPath());
      await want(engine, ofWorkspace, notebook({ ...bigger, idleStop: { afterMinutes: 60 } }));
      const updates = { "Workspace::ml": "update", "Notebook::research": "update" };
      expect(changed(succeeded(await engine.up()).changes)).toMatchObject(updates);
      expect(await site.owner.getNotebook(await notebookPath())).toMatchObject({
        idleStop: { afterMinutes: 60 },
        runningSince,
      });
      expect(changed(succeeded(await engine.refresh()).changes)).toEqual({});
      await site.owner.updateNotebook({ ...(await notebookPath()), body: { idleStop: "never" } });
      expect(changed(succeeded(await engine.refresh()).changes)).toEqual({
        "Notebook::research": "update",
      });
      await want(engine, ofWorkspace, notebook(bigger));
      expect(changed(succeeded(await engine.up()).changes)).toEqual({
        "Notebook::research": "update",
      });
      expect(await site.owner.getNotebook(await notebookPath())).toMatchObject({
        idleStop: null,
        idleStopInForce: { afterMinutes: 120, from: "workspace" },
        runningSince,
      });
      await want(engine, ml, notebook({ ...bigger, running: false }));
      succeeded(await engine.up());
      const path = { workspaceId: await idOf("Workspace::ml") };
      expect((await site.owner.getWorkspace({ path })).notebookIdleStop).toBeNull();
    },
  );

  it.skipIf(missing)("a volume that would shrink is refused before anything happens", async () => {
    await want(engine, ml, notebook({ flavor: "cpu-medium", homeVolume: { sizeGib: 5 } }));
    const refused = await engine.preview();
    expect(refused.succeeded).toBe(false);
    expect(refused.diagnostics.map(({ message }) => message).join("\n")).toContain(
      "is 12 GiB and cannot shrink to 5: storage only grows",
    );
  });

  it.skipIf(missing)(
    "follows what was re-created elsewhere, and deletes that one in the end",
    async () => {
      const bigger = { flavor: "cpu-medium", homeVolume: { sizeGib: 12 } };
      await want(engine, ml, notebook(bigger));
      const before = await notebookPath();
      const { id } = await site.owner.recreateNotebook({ ...before, body: {} });
      expect(id).not.toBe(before.path.notebookId);
      succeeded(await engine.refresh());
      expect(await idOf("Notebook::research")).toBe(id);
      expect(succeeded(await engine.up()).changes["Notebook::research"]).toBe("same");

      const again = await site.owner.recreateNotebook({ ...(await notebookPath()), body: {} });
      expect(again.id).not.toBe(id);
      succeeded(await engine.destroy());
      expect(await site.inventory()).toEqual([]);
    },
  );

  it.skipIf(missing)("a membership of nobody is refused in words", async () => {
    const membership = {
      kind: "Membership",
      name: "member",
      args: {
        workspaceId: ref("ml.id"),
        userId: "usr_01jd0000000000000000000000",
        role: "Member",
      },
    } as const;
    await want(engine, ml, membership);
    const refused = await engine.up();
    expect(refused.succeeded).toBe(false);
    expect(refused.diagnostics.map(({ message }) => message).join("\n")).toContain(
      "Nobody on this site is usr_01jd0000000000000000000000.",
    );
    const { userId } = await site.mint("minh@example.com");
    await want(engine, ml, { ...membership, args: { ...membership.args, userId } });
    succeeded(await engine.up());
    await want(engine, ml, { ...membership, args: { ...membership.args, userId, role: "Admin" } });
    expect(succeeded(await engine.up()).changes["Membership::member"]).toBe("update");
    const path = { workspaceId: await idOf("Workspace::ml"), userId };
    expect((await site.owner.getMember({ path })).role).toBe("Admin");
    succeeded(await engine.destroy());
    expect(await site.inventory()).toEqual([]);
  });
});

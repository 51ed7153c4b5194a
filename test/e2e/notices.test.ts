import { afterAll, beforeAll, expect, test } from "vitest";
import { Catalogue } from "../../api/domain/catalogue/catalogue.ts";
import defaultSite from "../../api/domain/catalogue/default-site.json" with { type: "json" };
import { siteFile } from "../../api/domain/catalogue/schema.ts";
import { must } from "../support/fixture.ts";
import { startRunningSite, type RunningSite } from "../support/running-site.ts";
import type { Person } from "../support/site.ts";

const HOUR = 3600;

let site: RunningSite;
let workspaceId: string;
let admin: Person;
let member: Person;
let alerts: string;
beforeAll(async () => {
  site = await startRunningSite({ funded: false, adapt: impatient });
  workspaceId = await site.createWorkspace({ name: "vision" });
  admin = await site.mint("admin@example.com", { [workspaceId]: "Admin" });
  member = await site.mint("member@example.com", { [workspaceId]: "Member" });
  alerts = `/v1/organizations/${site.organizationId}/balance-alerts`;
});
afterAll(() => site?.stop());

/** The shipped catalogue on a site that deletes after two hours of debt. */
function impatient(): Catalogue {
  const file = siteFile.parse(defaultSite);
  return new Catalogue({ ...file, site: { ...file.site, debtDeletionHours: 2 } });
}

const noticesOf = async (token: string, place = `organizations/${site.organizationId}`) =>
  (await must(site.ask("GET", `/v1/${place}/notices`, undefined, token))).items;
const kindsOf = async (...of: Parameters<typeof noticesOf>) =>
  (await noticesOf(...of)).map(({ kind }: { kind: string }) => kind).toReversed();
const mailsTo = (address: RegExp) => site.mails.filter(({ to }) => address.test(to));

const create = (token: string) =>
  site.ask(
    "POST",
    `/v1/workspaces/${workspaceId}/containers`,
    {
      name: "trainer",
      region: "hanoi",
      flavor: "h100-sxm5-1",
      template: "ubuntu",
      disk: { sizeGib: 100, mountPath: "/data" },
    },
    token,
  );

test("BIL-7 alerts: in the Wallet's currency, their Owner's affair, with revisions", async () => {
  const threshold = { amount: "1.00", currency: "USD" };
  const recipients = ["cfo@example.com", "CFO@example.com"];
  const made = await must(site.ask("POST", alerts, { threshold, recipients }));
  expect(made).toMatchObject({ threshold, recipients: ["CFO@example.com"], armed: false });
  const path = `${alerts}/${made.id}`;
  const yen = { threshold: { amount: "100", currency: "JPY" }, recipients };
  expect((await site.ask("PUT", path, yen)).body).toMatchObject({
    code: "invalid_input",
    errors: [{ pointer: "/threshold/currency" }],
  });
  const change = { threshold, recipients: ["cfo@example.com"] };
  expect(await must(site.ask("PUT", path, change))).toMatchObject({ revision: 2 });
  expect(await must(site.ask("PUT", path, change))).toMatchObject({ revision: 2 });
  expect((await must(site.ask("GET", alerts))).items).toHaveLength(1);
  expect((await site.ask("DELETE", path)).status).toBe(204);
  expect((await site.ask("GET", path)).status).toBe(404);
  expect((await site.ask("DELETE", path)).status).toBe(404);
});

test("BIL-4 who is refused for the balance is not told it; the Owner is, once a day, in the list and by mail", async () => {
  for (const token of [member.token, admin.token, member.token]) {
    const { status, body } = await create(token);
    expect([status, body.code]).toEqual([402, "insufficient_balance"]);
    expect(body).not.toHaveProperty("available");
  }
  const [notice, ...others] = await noticesOf(site.ownerToken);
  expect(others).toEqual([]);
  expect(notice).toMatchObject({
    kind: "lowBalance",
    workspaceId: null,
    facts: { service: "container", available: { amount: "0.00", currency: "USD" } },
  });
  await site.pass(1);
  expect(site.mails.map(({ to }) => to)).toEqual([expect.stringMatching(/^owner-/)]);
  expect(site.mails[0]).toMatchObject({ subject: notice.subject });
  expect(site.mails[0]!.text).toContain(notice.text);
});

test("AUD-3 a Wallet that runs out: alert, Quota, stop, warnings, deletion – each told once, to whom it concerns", async () => {
  await site.fund("3.00");
  await must(
    site.ask("POST", alerts, {
      threshold: { amount: "1.00", currency: "USD" },
      recipients: ["cfo@example.com"],
    }),
  );
  const quota = { period: "month", limitUsd: "2.00" };
  await must(site.ask("PUT", `/v1/workspaces/${workspaceId}/quota`, quota));
  const container = await must(create(member.token));
  const before = site.mails.length;
  await site.pass(1.5 * HOUR);
  const path = `/v1/containers/${container.id}`;
  expect(await must(site.ask("GET", path))).toMatchObject({
    status: "STOPPED",
    statusReason: { code: "insufficientBalance" },
  });
  await site.pass(2.5 * HOUR);
  expect((await site.ask("GET", path)).body).toMatchObject({ code: "gone" });

  const kinds = await kindsOf(site.ownerToken);
  expect(kinds.slice(0, 4)).toEqual(["lowBalance", "quotaWarning", "balanceAlert", "quotaWarning"]);
  // The same tick asks for both.
  expect(kinds.slice(4, 6).toSorted()).toEqual(["debtWarning", "stoppedForDebt"]);
  expect(kinds.slice(6)).toEqual(["debtWarning", "debtWarning", "deletedForDebt"]);
  const told = (await noticesOf(site.ownerToken)).toReversed();
  const mails = site.mails.slice(before);
  expect(mailsTo(/^cfo@/).map(({ subject }) => subject)).toEqual([told[2].subject]);
  expect(mailsTo(/^admin@/).map(({ subject }) => subject)).toEqual([
    told[1].subject,
    told[3].subject,
  ]);
  expect(mails.filter(({ to }) => to.startsWith("owner-"))).toHaveLength(told.length - 2);
  expect(mailsTo(/^member@/)).toEqual([]);
  expect(mails.find(({ subject }) => subject === told[1].subject)!.text).toContain(
    "Workspace: vision",
  );
});

test("RBAC-4 Admins see the notices of their Workspace's spending, and none of balances; Members see none", async () => {
  const here = `workspaces/${workspaceId}`;
  expect(await kindsOf(admin.token, here)).toEqual(["quotaWarning", "quotaWarning"]);
  expect(JSON.stringify(await noticesOf(admin.token, here))).not.toMatch(/available|total/);
  for (const [token, place] of [
    [admin.token, `organizations/${site.organizationId}`],
    [member.token, `organizations/${site.organizationId}`],
    [member.token, here],
  ]) {
    const { status } = await site.ask("GET", `/v1/${place}/notices`, undefined, token);
    expect(status).toBe(403);
  }
});

test("AUD-3 the list goes page by page, newest first", async () => {
  const path = `/v1/organizations/${site.organizationId}/notices`;
  const all = await noticesOf(site.ownerToken);
  const pages: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = `?limit=4${cursor && `&cursor=${cursor}`}`;
    const page = await must(site.ask("GET", `${path}${query}`));
    pages.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(pages).toEqual(all);
});

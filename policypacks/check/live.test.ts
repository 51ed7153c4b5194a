import type { Cell, PolicyDiff } from "@aifactory/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../test/support/server.ts";
import { type Person, startTestSite, type TestSite } from "../../test/support/site.ts";
import type { Finding } from "./finding.ts";
import { type Folder, newFolder } from "./testing/folder.ts";

const all = "*" as const;
const notebooks = (regions: string[]) => ({
  name: "vn-only",
  statements: [
    { effect: "Allow", service: "notebook", regions, actions: all },
    { effect: "Allow", service: "container", regions: all, actions: all },
  ],
});
const saved = notebooks(["hanoi"]);
const cheap = (region: string) => ({
  name: "n",
  region,
  flavor: "cpu-small",
  image: "jupyter-base",
  homeVolume: { sizeGib: 1 },
});

describe("aifactory-policy check against an Organization", () => {
  let site: TestSite;
  let folder: Folder;
  let ml: string;
  let policyId: string;
  let member: Person;
  let reader: Person;

  beforeAll(async () => {
    site = await startTestSite();
    folder = newFolder();
    await site.fund("1000");
    ml = await site.createWorkspace({ name: "ml" });
    member = await site.mint("member@example.com", { [ml]: "Member" });
    reader = await site.mint("reader@example.com", { [ml]: "Member" });
    const save = async (policy: object) =>
      (await owner("POST", `/v1/organizations/${site.organizationId}/policies`, policy)).id;
    policyId = await save(saved);
    await owner("PUT", `/v1/workspaces/${ml}/policies/${policyId}`);
    const statements = [
      { effect: "Allow", service: "notebook", regions: all, actions: ["notebook:read"] },
    ];
    const lookId = await save({ name: "look", statements });
    await owner("PUT", `/v1/workspaces/${ml}/members/${reader.userId}/policies/${lookId}`);
  });
  afterAll(async () => {
    await site?.stop();
    folder?.remove();
  });

  async function owner(method: string, path: string, body?: object) {
    const token = site.ownerToken;
    const answer = await site.request(method, path, body ? { token, body } : { token });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }
  const env = (over: Record<string, string> = {}) => ({
    AIFACTORY_URL: site.url,
    AIFACTORY_TOKEN: site.ownerToken,
    AIFACTORY_ORGANIZATION_ID: site.organizationId,
    ...over,
  });
  const check = (content: unknown, args: string[] = [], over: Record<string, string> = {}) => {
    folder.write("policies.json", content);
    return folder.check([...args, "policies.json"], env(over));
  };
  const judge = async (content: unknown, args: string[] = []) => {
    const { code, stdout } = await check(content, [...args, "--format", "json"]);
    const report = JSON.parse(stdout) as {
      passed: boolean;
      findings: Finding[];
      comparison: PolicyDiff;
    };
    return { code, ...report };
  };
  const edit = (statements: object, expected?: "noNewAccess") =>
    site.request("PATCH", `/v1/policies/${policyId}`, {
      token: site.ownerToken,
      body: { statements, ...(expected ? { expect: expected } : {}) },
    });
  /** What somebody can do now, as the API decides it: every cell in which a simulation allows. */
  const allowed = async ({ userId }: Person) => {
    const { decisions } = await owner(
      "POST",
      `/v1/organizations/${site.organizationId}/policies/simulate`,
      { principal: { workspaceId: ml, userId } },
    );
    return (decisions as (Cell & { decision: string })[])
      .filter(({ decision }) => decision === "allow")
      .map(({ action, region }) => `${action} ${region}`);
  };

  it("finds nothing where the files say what is saved", async () => {
    const { code, findings, comparison } = await judge(saved, ["--expect", "no-new-access"]);
    expect({ code, findings }).toEqual({ code: 0, findings: [] });
    expect(comparison).toMatchObject({ unchanged: ["vn-only"], changes: [], newAccess: [] });
  });

  it("POL-6 foretells what everybody gains and loses by saving", async () => {
    const wanted = notebooks(["tokyo"]);
    const { code, comparison, findings } = await judge(wanted);
    expect(code).toBe(0);
    expect(findings.map(({ rule, level, line }) => [rule, level, line])).toEqual([
      ["lost_access", "note", 3],
      ["lost_access", "note", 3],
      ["new_access", "note", 4],
      ["new_access", "note", 4],
    ]);
    const people = [member, reader];
    const before = await Promise.all(people.map(allowed));
    expect((await edit(wanted.statements)).status).toBe(200);
    const after = await Promise.all(people.map(allowed));
    const keys = (cells: Cell[]) => cells.map(({ action, region }) => `${action} ${region}`);
    for (const [index, userId] of [null, reader.userId].entries()) {
      const change = comparison.changes.find((one) => one.userId === userId)!;
      const [had, has] = [before[index]!, after[index]!];
      expect(keys(change.gained)).toEqual(has.filter((cell) => !had.includes(cell)));
      expect(keys(change.lost)).toEqual(had.filter((cell) => !has.includes(cell)));
      expect(change.gained.length).toBeGreaterThan(0);
    }
    const create = async (region: string) =>
      (
        await site.request("POST", `/v1/workspaces/${ml}/notebooks`, {
          token: member.token,
          body: cheap(region),
        })
      ).status;
    expect(await create("tokyo")).toBe(201);
    expect(await create("hanoi")).toBe(403);
    await edit(saved.statements);
  });

  it("POL-8 refuses new access where none is expected, at the line that gives it, as the API does", async () => {
    const wanted = notebooks(["hanoi", "tokyo"]);
    const { code, stdout } = await check(wanted, ["--expect", "no-new-access"]);
    expect(code).toBe(1);
    expect(stdout).toBe(
      [
        "policies.json",
        '  4:5  error  new_access  In Workspace "ml", members without identity policies would gain notebook:* in tokyo.',
        `  4:5  error  new_access  In Workspace "ml", ${reader.userId} would gain notebook:read in tokyo.`,
        "",
        `Compared with ${site.organizationId} on ${site.url}: vn-only changed.`,
        "Failed: 2 errors.",
        "",
      ].join("\n"),
    );
    expect((await edit(wanted.statements, "noNewAccess")).body.code).toBe("new_access");
    expect((await check(wanted)).code).toBe(0);
  });

  it("lets through what only takes away, at the Deny that takes it", async () => {
    const keep = {
      effect: "Deny",
      service: "notebook",
      regions: all,
      actions: ["notebook:delete"],
    };
    const wanted = { ...saved, statements: [...saved.statements, keep] };
    const { code, findings } = await judge(wanted, ["--expect", "no-new-access"]);
    expect(code).toBe(0);
    expect(findings).toEqual([
      expect.objectContaining({
        rule: "lost_access",
        line: 18,
        statement: 2,
        message:
          'In Workspace "ml", members without identity policies would lose notebook:delete in hanoi.',
      }),
    ]);
    expect((await edit(wanted.statements, "noNewAccess")).status).toBe(200);
    // Whose removal gives it back: the Allow does.
    const back = await judge(saved, ["--expect", "no-new-access"]);
    expect(back).toMatchObject({ code: 1, findings: [{ rule: "new_access", statement: 0 }] });
    await edit(saved.statements);
  });

  it("sees new access in a Service that is not enabled yet", async () => {
    const models = { effect: "Allow", service: "inference", regions: ["tokyo"], actions: all };
    const wanted = { ...saved, statements: [...saved.statements, models] };
    const { code, stdout } = await check(wanted, ["--expect", "no-new-access"]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      "would gain inference:create, inference:invoke, inference:update in tokyo, as soon as the Service is enabled there.",
    );
    expect((await edit(wanted.statements, "noNewAccess")).body.code).toBe("new_access");
  });

  it("a new Policy gives nobody anything, for it is attached nowhere", async () => {
    const statements = [{ effect: "Allow", service: "container", regions: all, actions: all }];
    const { code, stdout } = await check({ name: "later", statements }, [
      "--expect",
      "no-new-access",
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain("later new, attached nowhere yet.");
  });

  it("POL-6 warns of a boundary that would allow nothing, and notes what another one says already", async () => {
    const [allow] = saved.statements;
    const deny = { ...allow, effect: "Deny" };
    const dead = await judge({ name: "vn-only", statements: [deny] });
    expect(dead.findings.map(({ rule, level }) => `${level} ${rule}`)).toEqual(
      expect.arrayContaining(["note boundary_allows_nothing", "warning boundary_allows_nothing"]),
    );

    const statements = saved.statements.map((one) => ({ ...one, regions: all }));
    const path = `/v1/organizations/${site.organizationId}/policies`;
    const everything = await owner("POST", path, { name: "everything", statements });
    const attached = `/v1/workspaces/${ml}/policies/${everything.id}`;
    await owner("PUT", attached);
    const { findings } = await judge(saved);
    expect(findings).toMatchObject([
      {
        rule: "shadowed",
        level: "note",
        line: 4,
        message:
          'In Workspace "ml", boundary "vn-only": statement 1 adds nothing: statement 1 of boundary "everything" already settles all of it.',
      },
      { rule: "shadowed", level: "note", line: 12 },
    ]);
    await owner("DELETE", attached);
  });

  it("POL-4 knows the regions of the site", async () => {
    const { code, stdout } = await check(notebooks(["hanio"]));
    expect(code).toBe(1);
    expect(stdout).toContain(
      '8:9  error  unknown_region  There is no region "hanio". Did you mean "hanoi"?',
    );
    expect(stdout).toContain("Not compared with the Organization: correct the errors first.");
  });

  it("ID-3 a read-only token is enough", async () => {
    const { token } = await owner("POST", "/v1/tokens", { name: "ci", readOnly: true });
    const { code } = await check(notebooks(["hanoi", "tokyo"]), ["--expect", "no-new-access"], {
      AIFACTORY_TOKEN: token,
    });
    expect(code).toBe(1);
  });

  it("an Admin is told of the own Workspaces", async () => {
    await site.createWorkspace({ name: "elsewhere" });
    const admin = await site.mint("admin@example.com", { [ml]: "Admin" });
    const { code, stdout } = await check(notebooks(["tokyo"]), [], {
      AIFACTORY_TOKEN: admin.token,
    });
    expect(code).toBe(0);
    expect(stdout).toContain('In Workspace "ml", ');
  });

  it("RBAC-6 says what the control plane refuses, and shows no token", async () => {
    const refused = async (over: Record<string, string>) => {
      const { code, stdout, stderr } = await check(saved, [], over);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      return stderr;
    };
    const wrong = await refused({ AIFACTORY_TOKEN: "aif_not-a-token" });
    expect(wrong).toContain(`${site.url} refuses the token in AIFACTORY_TOKEN: `);
    expect(wrong).toContain("[unauthenticated, request ");
    expect(wrong).not.toContain("aif_not-a-token");
    expect(await refused({ AIFACTORY_TOKEN: member.token })).toMatch(
      /refuses: .*Owner or Admin.* \[forbidden, request /,
    );
    const elsewhere = await site.createOrganization("other");
    expect(await refused({ AIFACTORY_ORGANIZATION_ID: elsewhere.organizationId })).toMatch(
      /refuses: There is no such organization.* \[not_found, /,
    );
  });

  it("says when the control plane does not answer", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stderr } = await check(saved, [], { AIFACTORY_URL: url });
    expect(code).toBe(2);
    expect(stderr).toContain(`No answer from ${url}`);
  });
});

import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { realPulumi } from "../../test/support/pulumi/cli/real-pulumi.ts";
import { startTestSite, type TestSite } from "../../test/support/site.ts";

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: { readonly "policy-check": { readonly steps: readonly Step[] } };
}

const ROOT = join(import.meta.dirname, "../..");
const SCRIPT = join(import.meta.dirname, "check.sh");
const WORKFLOW = readFileSync(join(import.meta.dirname, "policy-check.yml"), "utf8");
const VN_ONLY = readFileSync(join(import.meta.dirname, "policies/vn-only.yaml"), "utf8");

const workflow = parse(WORKFLOW, { strict: true }) as Workflow;
const steps = workflow.jobs["policy-check"].steps;
const runOf = (name: string) => steps.find((step) => step.name === name)!.run!;
const pulumi = realPulumi();
const cliTitle = pulumi ? `Pulumi ${pulumi.version}` : "the Pulumi CLI (none on the PATH)";

describe("examples/ci", { timeout: 120_000 }, () => {
  const home = mkdtempSync(join(tmpdir(), "aifactory-ci-"));
  const program = join(home, "program");
  const wider = join(home, "vn-only.yaml");
  let site: TestSite;
  let env: Record<string, string> = {};

  beforeAll(async () => {
    site = await startTestSite();
    const { token } = await asOwner("POST", "/v1/tokens", { name: "ci", readOnly: true });
    env = {
      ...(process.env as Record<string, string>),
      AIFACTORY_URL: site.url,
      AIFACTORY_ORGANIZATION_ID: site.organizationId,
      AIFACTORY_TOKEN: token,
      REPORT: join(home, "policies.sarif"),
      PROGRAM: program,
      PULUMI_HOME: join(home, "pulumi"),
      PULUMI_BACKEND_URL: `file://${home}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
    await saveVnOnly();
    // Wider by what the Deny takes back.
    writeFileSync(wider, VN_ONLY.replace("regions: [tokyo]", "regions: [hanoi]"));
    copyProgram(program);
    if (pulumi) pulumiIn(program, "stack", "init", "dev");
  }, 120_000);
  afterAll(async () => {
    await site?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  async function asOwner(method: string, path: string, body?: object) {
    const token = site.ownerToken;
    const answer = await site.request(method, path, body ? { token, body } : { token });
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  /** The Organization as it is before the merge: the file of today is saved and bounds a Workspace. */
  async function saveVnOnly() {
    const workspaceId = await site.createWorkspace({ name: "ml" });
    const path = `/v1/organizations/${site.organizationId}/policies`;
    const { id } = await asOwner("POST", path, parse(VN_ONLY) as object);
    await asOwner("PUT", `/v1/workspaces/${workspaceId}/policies/${id}`);
  }

  function pulumiIn(directory: string, ...args: string[]) {
    const ended = spawnSync("pulumi", args, { cwd: directory, env, encoding: "utf8" });
    if (ended.status !== 0) throw new Error(`${args.join(" ")}: ${ended.stdout}${ended.stderr}`);
  }

  /** As a runner does: the script, in the root of the checkout, under the options of GitHub's `bash`. */
  const shell = (script: string, over: Record<string, string> = {}) =>
    execute("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], over);
  const check = (args: string[], over: Record<string, string> = {}) => execute(SCRIPT, args, over);

  async function execute(command: string, args: readonly string[], over: Record<string, string>) {
    const child = spawn(command, args, { cwd: ROOT, env: { ...env, ...over } });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
    const code = await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { code, output };
  }

  it("the workflow installs what `npm ci` installs, and shows the report that it wrote", () => {
    expect(steps.map(({ uses, run }) => uses?.split("@")[0] ?? run?.split(" ")[0])).toEqual([
      "actions/checkout",
      "actions/setup-node",
      "npm",
      "npx",
      "github/codeql-action/upload-sarif",
      "pulumi/actions",
      "pulumi",
    ]);
    expect(runOf("Install")).toBe("npm ci");
    expect(workflow.env["REPORT"]).toBe("policies.sarif");
    expect(steps[4]!.with).toEqual({ sarif_file: "${{ env.REPORT }}" });
    expect(workflow.env["EXPECT"]).toContain("--expect no-new-access");
  });

  it("the script does what the workflow does, with the same settings", () => {
    const script = readFileSync(SCRIPT, "utf8");
    for (const step of ["Policy files", "Pulumi program"]) expect(script).toContain(runOf(step));
    for (const name of ["POLICIES", "PROGRAM", "STACK", "PACK", "REPORT"])
      expect(script).toContain(`\n${name}=\${${name}:-${workflow.env[name]}}\n`);
  });

  const ofWorkflow = (over: Record<string, string> = {}) => ({
    ...Object.fromEntries(Object.entries(workflow.env).filter(([, value]) => !/\$\{/.test(value))),
    EXPECT: "--expect no-new-access",
    ...env,
    ...over,
  });

  it("POL-8 the Policy files pass as they are, and one that gives new access does not", async () => {
    const runs = [
      (over = {}) => shell(runOf("Policy files"), ofWorkflow(over)),
      (over = {}) => check(["policies"], over),
    ];
    for (const run of runs) {
      const fine = await run();
      expect(fine.output).toContain("keep-volumes new, attached nowhere yet; vn-only unchanged.");
      expect(fine.code).toBe(0);

      const refused = await run({ POLICIES: wider });
      expect(refused.code).toBe(1);
      expect(refused.output).toMatch(
        /error +new_access +In Workspace "ml", members without identity policies would gain notebook:create in tokyo\./,
      );
      const report = JSON.parse(readFileSync(env["REPORT"]!, "utf8")) as {
        runs: [{ results: object[] }];
      };
      expect(report.runs[0].results).toContainEqual(
        expect.objectContaining({ ruleId: "new_access", level: "error" }),
      );
      // A reviewed exception.
      expect((await run({ POLICIES: wider, EXPECT: "" })).code).toBe(0);
    }
  });

  it("refuses to check nothing", async () => {
    expect(await check(["everything"])).toEqual({
      code: 2,
      output: "usage: check.sh [policies|program]\n",
    });
    expect((await check(["policies"], { POLICIES: join(home, "none/*.yaml") })).code).toBe(1);
    expect((await check(["policies"], { AIFACTORY_TOKEN: "" })).output).toContain(
      "Set AIFACTORY_TOKEN",
    );
  });

  it.skipIf(!pulumi)(
    `IAC-7 the program passes as it is, and one that breaks a boundary does not, with ${cliTitle}`,
    { timeout: 240_000 },
    async () => {
      const fine = await check([]);
      expect(fine.output).toContain("keep-volumes new, attached nowhere yet; vn-only unchanged.");
      expect(fine.output).toMatch(/\+ 7 to create/);
      expect(fine.code).toBe(0);

      pulumiIn(program, "config", "set", "quickstart:deniedNotebook", "true", "--stack", "dev");
      const denied = await shell(runOf("Pulumi program"), ofWorkflow());
      expect(denied.code).not.toBe(0);
      expect(denied.output).toContain("DENIED notebook:create in tokyo");

      // Whoever breaks both hears of both.
      const both = await check([], { POLICIES: wider });
      expect(both.code).toBe(1);
      expect(both.output).toContain("DENIED notebook:create in tokyo");
      expect(both.output).toContain("would gain notebook:create in tokyo.");
    },
  );
});

/** The stack's settings are written beside the program, where nothing of a test is to stay. */
function copyProgram(to: string): void {
  const from = join(ROOT, "examples/quickstart");
  mkdirSync(to);
  for (const file of readdirSync(from).filter((name) => /\.(ts|ya?ml|json)$/.test(name)))
    copyFileSync(join(from, file), join(to, file));
  symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ml,
  notebook,
  ref,
  want,
  wantedProgram,
  type Wanted,
} from "../../provider/testing/wanted.ts";
import type { PolicyConfig } from "../../test/support/pulumi/analyzer/configuration.ts";
import type { Engine } from "../../test/support/pulumi/engine.ts";
import { engineKinds } from "../../test/support/pulumi/engines.ts";
import { startTestSite, type TestSite } from "../../test/support/site.ts";

const TOKEN = "aif_not-a-token-and-still-a-secret";
const vnOnly: Wanted = {
  kind: "Policy",
  name: "vn-only",
  args: {
    name: "vn-only",
    statements: [{ effect: "Allow", service: "notebook", regions: ["hanoi"], actions: "*" }],
  },
};
const attached: Wanted = {
  kind: "PolicyAttachment",
  name: "vn-only",
  args: { workspaceId: ref("ml.id"), policyId: ref("vn-only.id") },
};
const inTokyo = notebook({ region: "tokyo" }, "elsewhere");

describe.each(engineKinds)(
  "IAC-7 the boundary pack $title",
  { timeout: 120_000 },
  ({ open, missing }) => {
    let site: TestSite;
    let engine: Engine;
    beforeAll(async () => {
      if (missing) return;
      site = await startTestSite();
      engine = await open({ directory: wantedProgram });
      await engine.setConfig("aifactory:url", site.url);
      await engine.setConfig("aifactory:organizationId", site.organizationId);
      await engine.setConfig("aifactory:token", TOKEN, { secret: true });
      await want(engine, ml, vnOnly, attached, notebook(), inTokyo);
    }, 120_000);
    afterAll(async () => {
      if (missing) return;
      await engine.close();
      await site.stop();
    });
    const preview = (config: PolicyConfig) =>
      engine.preview({ policyPacks: [{ directory: import.meta.dirname, config }] });

    it.skipIf(missing)("is advisory or disabled where configuration says so", async () => {
      const levels = async (config: PolicyConfig) => {
        const { succeeded, violations } = await preview(config);
        return [succeeded, ...violations.map(({ level, policy }) => `${policy} ${level}`)];
      };
      expect(await levels({ "permission-boundary": "advisory" })).toEqual([
        true,
        "permission-boundary advisory",
      ]);
      expect(await levels({ all: "disabled" })).toEqual([true]);
    });

    it.skipIf(missing)("lets an exempted resource through, and says so", async () => {
      const exemption = { resource: "Notebook::elsewhere", reason: "fair in Tokyo" };
      const { succeeded, violations } = await preview({
        "permission-boundary": { exemptions: [{ ...exemption, expires: "2999-12-31" }] },
      });
      expect(succeeded).toBe(true);
      expect(violations).toEqual([
        expect.objectContaining({
          level: "advisory",
          urn: expect.stringMatching(/:Notebook::elsewhere$/),
          message: expect.stringMatching(
            /within the boundary of their Workspace\.\nEXEMPTED until 2999-12-31 – of Notebook::elsewhere \(fair in Tokyo\): DENIED notebook:create in tokyo/,
          ),
        }),
      ]);
    });

    it.skipIf(missing)("refuses bad configuration with the name of the field", async () => {
      const said = async (config: PolicyConfig) => {
        const attempt = preview({ "permission-boundary": config["permission-boundary"]! });
        return attempt.then(
          ({ succeeded, diagnostics }) => {
            expect(succeeded).toBe(false);
            return diagnostics.map(({ message }) => message).join("\n");
          },
          (error: Error) => error.message,
        );
      };
      const nameless = { resource: "Notebook::x", reason: "", expires: "2999-12-31" };
      expect(await said({ "permission-boundary": { exemptions: [nameless] } })).toMatch(
        /exemptions(\.0|\[0\])\.reason/,
      );
      expect(await said({ "permission-boundary": { savedPolicie: [] } })).toContain(
        "savedPolicie is not known; did you mean savedPolicies?",
      );
    });

    it.skipIf(missing)(
      "refuses when the control plane cannot be asked, without the token",
      async () => {
        const { succeeded, violations } = await preview({ "permission-boundary": { live: {} } });
        expect(succeeded).toBe(false);
        expect(violations).toEqual([
          expect.objectContaining({
            level: "mandatory",
            message: expect.stringMatching(
              /The control plane at http:\S+ could not be asked: .* Nothing was judged/,
            ),
          }),
        ]);
        expect(violations[0]!.message).toContain("[unauthenticated, request");
        expect(violations[0]!.message).not.toContain(TOKEN);
      },
    );

    it.skipIf(missing)("asks the control plane with the provider's own settings", async () => {
      const id = await site.createWorkspace({ name: "lab" });
      const { body: saved } = await site.request(
        "POST",
        `/v1/organizations/${site.organizationId}/policies`,
        { token: site.ownerToken, body: { name: "jp-only", statements: [jpOnly] } },
      );
      await site.request("PUT", `/v1/workspaces/${id}/policies/${saved.id}`, {
        token: site.ownerToken,
      });
      await engine.setConfig("aifactory:token", site.ownerToken, { secret: true });
      await want(
        engine,
        notebook({ workspaceId: id }),
        notebook({ workspaceId: id, region: "tokyo" }, "jp"),
      );
      const { violations } = await preview({ "permission-boundary": { live: {} } });
      expect(violations.map(({ message }) => message)).toEqual([
        expect.stringContaining(
          'DENIED notebook:create in hanoi – boundary "jp-only" (workspace lab): no Allow matches; nearest statement 1 allows tokyo. Use tokyo, or ask',
        ),
      ]);
    });
  },
);

const jpOnly = { effect: "Allow", service: "notebook", regions: ["tokyo"], actions: "*" };

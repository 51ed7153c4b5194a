import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPolicy } from "@aifactory/policy-kit/testing";
import { stackPolicy } from "./define-policy.ts";
import { liveSchema, readLive, type Live } from "./live.ts";

const TOKEN = "aif_very-secret";

describe("IAC-7 what a policy asks the control plane", () => {
  let silent: Server;
  let asked: (string | undefined)[] = [];
  let url = "";
  beforeAll(async () => {
    silent = createServer((request) => void asked.push(request.headers.authorization));
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  const run = (live: Live, { env = {}, settings = {} }: Given = {}) => {
    const world = {
      now: () => new Date(),
      env: { AIFACTORY_TOKEN: TOKEN, AIFACTORY_ORGANIZATION_ID: "org_1", ...env },
      setting: (key: string) => settings[key],
    };
    const policy = stackPolicy<{ live: Live }>(
      {
        name: "asks",
        description: "It asks.",
        severity: "low",
        tags: [],
        remediationSteps: "Answer.",
        properties: { live: liveSchema },
        judge: (_resources, { live: given }) =>
          readLive(given, world, async ({ client, organizationId, signal }) => {
            const path = { organizationId };
            return [{ message: (await client.getOrganization({ path, signal })).name }];
          }),
      },
      world,
    );
    return runPolicy(policy, [], {
      live,
      exemptions: [{ resource: "*::*", reason: "all of it", expires: "2999-01-01" }],
    });
  };

  it("is a violation that no exemption covers, when there is no answer in time", async () => {
    asked = [];
    const withPassword = url.replace("//", "//somebody:password@");
    expect(await run({ url: withPassword, timeoutSeconds: 1 })).toEqual([
      {
        level: "mandatory",
        urn: "",
        name: "",
        message: expect.stringMatching(
          `^The control plane at ${url} could not be asked: no answer within 1 seconds. Nothing was judged`,
        ),
      },
    ]);
    expect(asked).toEqual([`Bearer ${TOKEN}`]);
  });

  it("is asked with the stack's configuration before the environment", async () => {
    asked = [];
    const settings = { "aifactory:token": "aif_of-the-stack", "aifactory:url": url };
    const env = { AIFACTORY_URL: "http://127.0.0.1:9" };
    await run({ timeoutSeconds: 1 }, { env, settings });
    expect(asked).toEqual(["Bearer aif_of-the-stack"]);
  });

  it("ends with what is missing, in both places where it can be given", async () => {
    await expect(run({})).rejects.toThrow(
      "live.url is missing: set the stack's configuration aifactory:url, or AIFACTORY_URL",
    );
    await expect(run({ url }, { env: { AIFACTORY_ORGANIZATION_ID: "" } })).rejects.toThrow(
      "live.organizationId is missing",
    );
    await expect(run({ url }, { env: { AIFACTORY_TOKEN: "" } })).rejects.toThrow(
      "the token is missing",
    );
    await expect(run({ token: TOKEN } as Live)).rejects.toThrow("live.token is not known");
  });
});

interface Given {
  readonly env?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
}

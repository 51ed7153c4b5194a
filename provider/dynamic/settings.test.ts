import { describe, expect, it } from "vitest";
import { connect, missingSettings } from "./settings.ts";

const config: Readonly<Record<string, string>> = {
  "aifactory:url": "http://127.0.0.1:1",
  "aifactory:token": "secret-token",
  "aifactory:organizationId": "org_1",
};

describe("configuration", () => {
  it("names both places of everything that is missing", () => {
    expect(() => connect(() => undefined, {})).toThrow(
      'AI Factory is not configured: set it with "pulumi config set aifactory:url …", or in the environment as AIFACTORY_URL; ' +
        'set it with "pulumi config set --secret aifactory:token …", or in the environment as AIFACTORY_TOKEN; ' +
        'set it with "pulumi config set aifactory:organizationId …", or in the environment as AIFACTORY_ORGANIZATION_ID.',
    );
    expect(missingSettings((key) => config[key], {})).toEqual([]);
  });

  it("goes before the environment, which fills in", () => {
    const env = { AIFACTORY_ORGANIZATION_ID: "org_env", AIFACTORY_URL: "http://127.0.0.1:2" };
    expect(connect((key) => config[key], env).organizationId).toBe("org_1");
    const partly = (key: string) => (key === "aifactory:organizationId" ? undefined : config[key]);
    expect(connect(partly, env).organizationId).toBe("org_env");
  });
});

import { describe, expect, it } from "vitest";
import { resource, runPolicy } from "@aifactory/policy-kit/testing";
import { stackPolicy } from "./define-policy.ts";
import type { Exemption } from "./exemption.ts";

const [dev, prod] = [resource("Notebook", "dev"), resource("Notebook", "prod")];
const now = new Date("2030-01-31T12:00:00Z");
const nothingAllowed = stackPolicy(
  {
    name: "nothing-allowed",
    description: "There is nothing.",
    severity: "low",
    tags: [],
    remediationSteps: "Remove it.",
    properties: { limit: { type: "integer", minimum: 1 } },
    judge: (resources) => resources.map(({ urn, name }) => ({ message: `no ${name}`, urn })),
  },
  { now: () => now, env: {}, setting: () => undefined },
);
const run = (exemptions: object[]) => runPolicy(nothingAllowed, [dev, prod], { exemptions });
const exemption: Exemption = {
  resource: "Notebook::dev",
  reason: "migration of the lab",
  expires: "2030-01-31",
};
const levels = async (given: object[]) =>
  (await run(given)).map(({ name, level }) => `${name} ${level}`);

describe("IAC-7 exemptions", () => {
  it("leave a visible advisory with reason and end, for what they cover alone", async () => {
    expect(await run([{ ...exemption, approvedBy: "the Owner" }])).toEqual([
      {
        urn: dev.urn,
        name: "dev",
        level: "advisory",
        message:
          "There is nothing.\nEXEMPTED until 2030-01-31 – of Notebook::dev (migration of the lab, approved by the Owner): no dev",
      },
      { urn: prod.urn, name: "prod", level: "mandatory", message: "no prod" },
    ]);
  });

  it("name a resource by URN or by kind and name, with a star for any characters", async () => {
    const of = (pattern: string) => levels([{ ...exemption, resource: pattern }]);
    expect(await of(dev.urn)).toEqual(["dev advisory", "prod mandatory"]);
    expect(await of("urn:pulumi:test::*::prod")).toEqual(["dev mandatory", "prod advisory"]);
    expect(await of("Notebook::*")).toEqual(["dev advisory", "prod advisory"]);
    expect(await of("GpuContainer::*")).toEqual(["dev mandatory", "prod mandatory"]);
    // No regular expression: a dot is a dot, and part of a name is not the name.
    expect(await of("Notebook::d.v")).toEqual(["dev mandatory", "prod mandatory"]);
    expect(await of("Notebook::de")).toEqual(["dev mandatory", "prod mandatory"]);
  });

  it("end with their day in UTC or at their moment, and are not honoured afterwards, which is said", async () => {
    const until = (expires: string) => levels([{ ...exemption, expires }]);
    expect(await until("2030-01-31T12:00:01Z")).toEqual(["dev advisory", "prod mandatory"]);
    const ended = ["dev mandatory", "dev advisory", "prod mandatory"];
    expect(await until("2030-01-31T12:00:00Z")).toEqual(ended);
    expect(await until("2030-01-30")).toEqual(ended);
    const [, said] = await run([{ ...exemption, expires: "2030-01-30" }]);
    expect(said!.message).toContain("expired on 2030-01-30 and is not honoured");
  });

  it("are of one policy where they say which", async () => {
    expect(await levels([{ ...exemption, policy: "another" }])).toEqual([
      "dev mandatory",
      "prod mandatory",
    ]);
    expect(await levels([{ ...exemption, policy: "nothing-allowed" }])).toContain("dev advisory");
  });

  it.each([
    [{ ...exemption, reason: " " }, "exemptions[0].reason must be a text that is not empty"],
    [{ ...exemption, reason: undefined }, "exemptions[0].reason is missing"],
    [{ ...exemption, expires: undefined }, "exemptions[0].expires is missing"],
    [{ ...exemption, expires: "soon" }, "exemptions[0].expires must be a day such as 2030-01-31"],
    [{ ...exemption, expires: "2030-02-30" }, "exemptions[0].expires is no day of the calendar"],
    [{ ...exemption, resource: "dev" }, 'exemptions[0].resource must be a URN or "Kind::name"'],
    [{ ...exemption, expire: "2030-01-31" }, "expire is not known; did you mean expires?"],
  ])("are refused with the field that is wrong: %j", async (given, message) => {
    await expect(run([given])).rejects.toThrow(message);
  });
});

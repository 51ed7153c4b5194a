import { describe, expect, it } from "vitest";
import { resource, unknown } from "@aifactory/policy-kit/testing";
import { requiredTags } from "./required-tags.ts";
import { ml, notebook, said, world } from "./testing/guard.ts";

const policy = requiredTags(world);
const team = { key: "team", values: ["vision", "speech"] };
const ticket = { key: "ticket", pattern: "OPS-[0-9]+" };
const run = (tags: unknown, config: object = { tags: [team] }) =>
  said([ml, notebook(tags === undefined ? {} : { tags: tags as never })], config, policy);

describe("RES-8 required-tags", () => {
  it("requires nothing unless configured", async () => {
    expect(await run(undefined, {})).toEqual([]);
  });

  it("refuses what lacks a tag or has another value", async () => {
    expect(await run(undefined)).toEqual([
      "mandatory research: TAG team – it is missing. It may be vision, speech.",
    ]);
    expect(await run({ team: "sound" })).toEqual([
      'mandatory research: TAG team – its value "sound" is not allowed. It may be vision, speech.',
    ]);
    expect(await run({ team: "vision" })).toEqual([]);
    expect(await run({ ticket: "OPS-12" }, { tags: [ticket] })).toEqual([]);
    expect(await run({ ticket: "xOPS-12" }, { tags: [ticket] })).toHaveLength(1);
    expect(await run({ owner: "" }, { tags: [{ key: "owner" }] })).toEqual([]);
  });

  it("takes no tag for given that every object inherits", async () => {
    for (const key of ["constructor", "toString", "__proto__"])
      expect(await run({ team: "vision" }, { tags: [{ key }] })).toHaveLength(1);
    expect(await run({ constructor: "x" }, { tags: [{ key: "constructor" }] })).toEqual([]);
  });

  it("takes what is not known yet for a wrong value, where values matter", async () => {
    expect(await run({ team: unknown })).toEqual([expect.stringContaining("is not known yet")]);
    expect(await run(unknown)).toHaveLength(1);
    expect(await run({ team: unknown }, { tags: [{ key: "team" }] })).toEqual([]);
  });

  it("asks only the kinds that it is told to", async () => {
    const config = { tags: [team], kinds: ["GpuContainer"] };
    expect(await run(undefined, config)).toEqual([]);
    expect(await said([resource("GpuContainer", "c")], config, policy)).toHaveLength(1);
    expect(await said([resource("Quota", "q")], { tags: [team] }, policy)).toEqual([]);
  });

  it("refuses configuration that could require nothing", async () => {
    await expect(run({}, { tags: [{ key: "a", pattern: "(" }] })).rejects.toThrow(
      "tags[0].pattern is no regular expression: (",
    );
    await expect(run({}, { tags: [{ key: "a", pattern: "a)|(b" }] })).rejects.toThrow(
      "tags[0].pattern is no regular expression: a)|(b",
    );
    await expect(run({}, { tags: [team], kinds: ["Notebok"] })).rejects.toThrow(
      "kinds[0] must be one of Notebook, GpuContainer, Volume; did you mean Notebook?",
    );
  });
});

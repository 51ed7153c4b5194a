import { describe, expect, it } from "vitest";
import { objectProblems, type Properties } from "./schema-problems.ts";

const properties: Properties = {
  role: { type: "string", enum: ["Member", "Admin"] },
  limits: {
    type: "array",
    minItems: 1,
    items: {
      type: "object",
      properties: { hours: { type: "integer", minimum: 1, maximum: 24 } },
      required: ["hours"],
      additionalProperties: false,
    },
  },
  tags: { type: "object", additionalProperties: { type: ["string", "null"], pattern: "^a" } },
};
const problems = (value: Record<string, unknown>) => objectProblems(value, properties);

describe("configuration of a policy", () => {
  it("is accepted as its schema says", () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({ role: "Admin", limits: [{ hours: 24 }], tags: { x: "ab", y: null } }),
    ).toEqual([]);
  });

  it.each([
    [{ rol: "Admin" }, "rol is not known; did you mean role?"],
    [{ elephants: 1 }, "elephants is not known"],
    [{ toString: 1 }, "toString is not known"],
    [{ role: "Amdin" }, "role must be one of Member, Admin; did you mean Admin?"],
    [{ role: 1 }, "role must be string"],
    [{ limits: [] }, "limits must have at least 1 items"],
    [{ limits: [{}] }, "limits[0].hours is missing"],
    [{ limits: [{ hours: 24 }, { hours: 1.5 }] }, "limits[1].hours must be integer"],
    [{ limits: [{ hours: 25 }] }, "limits[0].hours must be from 1 to 24; it is 25"],
    [{ limits: [{ hour: 2, hours: 1 }] }, "limits[0].hour is not known; did you mean hours?"],
    [{ tags: { x: "b" } }, 'tags.x must be a text like ^a; it is "b"'],
    [{ tags: [] }, "tags must be object"],
  ])("is refused with path and nearest name: %j", (value, problem) => {
    expect(problems(value)).toEqual([problem]);
  });
});

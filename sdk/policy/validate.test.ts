import { describe, expect, test } from "vitest";
import { CATALOGUE } from "./testing/subjects.ts";
import { MAX_STATEMENTS, validatePolicy, validateStatements } from "./validate.ts";

const context = { regions: CATALOGUE };
const statement = { effect: "Allow", service: "notebook", regions: "*", actions: "*" };

function problems(input: unknown) {
  return validatePolicy(input, context).map(({ pointer, code, suggestion }) =>
    [pointer, code, ...(suggestion === undefined ? [] : [suggestion])].join(" "),
  );
}

function inStatement(fields: Record<string, unknown>) {
  return problems({ name: "p", statements: [{ ...statement, ...fields }] });
}

test("POL-1 what is right has no problems", () => {
  const listed = { ...statement, effect: "Deny", regions: ["hanoi"], actions: ["notebook:create"] };
  const longest = { name: "A-z_9".padEnd(64, "x"), description: "誰".repeat(100) };
  expect(problems({ ...longest, statements: [statement, listed, listed] })).toEqual([]);
  expect(problems({ name: "p", statements: Array(MAX_STATEMENTS).fill(statement) })).toEqual([]);
});

describe("POL-4 names that nobody knows", () => {
  test("POL-4 a region", () => {
    expect(inStatement({ regions: ["hanoi", "tokio"] })).toEqual([
      "/statements/0/regions/1 unknown_region tokyo",
    ]);
    expect(inStatement({ regions: ["Hanoi"] })).toEqual([
      "/statements/0/regions/0 unknown_region hanoi",
    ]);
    expect(inStatement({ regions: ["*"] })).toEqual(["/statements/0/regions/0 unknown_region *"]);
  });

  test("POL-4 a Service; its actions are judged by the one that was meant", () => {
    expect(inStatement({ service: "notebok", actions: ["notebook:create"] })).toEqual([
      "/statements/0/service unknown_service notebook",
    ]);
  });

  test("POL-4 an action; a bare one is not enough", () => {
    expect(inStatement({ actions: ["notebook:crate"] })).toEqual([
      "/statements/0/actions/0 unknown_action notebook:create",
    ]);
    expect(inStatement({ actions: ["create", "strat"] })).toEqual([
      "/statements/0/actions/0 unknown_action notebook:create",
      "/statements/0/actions/1 unknown_action notebook:start",
    ]);
    expect(inStatement({ service: "container", actions: ["container:*"] })).toEqual([
      "/statements/0/actions/0 unknown_action *",
    ]);
  });

  test("POL-4 an action of another Service", () => {
    expect(inStatement({ actions: ["notebook:read", "container:create"] })).toEqual([
      "/statements/0/actions/1 service_action_mismatch notebook:create",
    ]);
  });

  test("POL-4 an effect", () => {
    expect(inStatement({ effect: "allow" })).toEqual(["/statements/0/effect unknown_effect Allow"]);
  });

  test("POL-4 a field", () => {
    expect(inStatement({ actions: undefined, "acti/ons~": "*" })).toEqual([
      "/statements/0/actions missing_field",
      "/statements/0/acti~1ons~0 unknown_field actions",
    ]);
    expect(inStatement({ sid: "x" })).toEqual(["/statements/0/sid unknown_field"]);
    expect(problems({ name: "p", statements: [statement], version: 2, descripton: "" })).toEqual([
      "/version unknown_field",
      "/descripton unknown_field description",
    ]);
  });

  test("POL-4 the message asks what was meant", () => {
    const [problem] = validatePolicy(
      { name: "p", statements: [{ ...statement, actions: ["create"] }] },
      context,
    );
    expect(problem?.message).toBe('There is no action "create". Did you mean "notebook:create"?');
  });

  test("POL-4 without any known region there is nothing to suggest", () => {
    const found = validateStatements(
      [{ ...statement, regions: ["hanoi"] }],
      { regions: [] },
      "/boundaries/2/statements",
    );
    expect(found.map(({ pointer, suggestion }) => [pointer, suggestion])).toEqual([
      ["/boundaries/2/statements/0/regions/0", undefined],
    ]);
  });
});

test("POL-4 a region or an action named twice in one statement", () => {
  expect(inStatement({ regions: ["hanoi", "tokyo", "hanoi"] })).toEqual([
    "/statements/0/regions/2 duplicate_region",
  ]);
  expect(inStatement({ actions: ["notebook:read", "notebook:read"] })).toEqual([
    "/statements/0/actions/1 duplicate_action",
  ]);
});

describe("POL-1 the shape of a Policy", () => {
  test("POL-1 its name", () => {
    for (const name of ["", "a b", "x".repeat(65), "é", "a\n"]) {
      expect(problems({ name, statements: [statement] })).toEqual(["/name invalid_name"]);
    }
    expect(problems({ name: 5, statements: [statement] })).toEqual(["/name wrong_type"]);
  });

  test("POL-1 its description", () => {
    const described = (description: unknown) =>
      problems({ name: "p", description, statements: [statement] });
    expect(described("x".repeat(101))).toEqual(["/description description_too_long"]);
    expect(described(null)).toEqual(["/description wrong_type"]);
  });

  test("POL-1 1 to 100 statements", () => {
    expect(problems({ name: "p", statements: [] })).toEqual(["/statements no_statements"]);
    expect(problems({ name: "p", statements: Array(101).fill(statement) })).toEqual([
      "/statements too_many_statements",
    ]);
  });

  test("POL-1 empty lists", () => {
    expect(inStatement({ regions: [], actions: [] })).toEqual([
      "/statements/0/regions empty_list",
      "/statements/0/actions empty_list",
    ]);
  });

  test("POL-1 wrong types, everywhere at once", () => {
    for (const input of [null, "p", [], 7]) expect(problems(input)).toEqual([" wrong_type"]);
    expect(problems({})).toEqual(["/name missing_field", "/statements missing_field"]);
    expect(problems({ name: "p", statements: {} })).toEqual(["/statements wrong_type"]);
    expect(problems({ name: "p", statements: ["x"] })).toEqual(["/statements/0 wrong_type"]);
    expect(inStatement({ effect: 1, service: null, regions: "hanoi", actions: [true] })).toEqual([
      "/statements/0/effect wrong_type",
      "/statements/0/service wrong_type",
      "/statements/0/regions wrong_type",
      "/statements/0/actions/0 wrong_type",
    ]);
  });
});

test("POL-4 of a hostile list no more is told than anybody reads", () => {
  const names = Array.from({ length: 100_000 }, (_, at) => `n${at}`);
  const statement = { effect: "Allow", service: "notebook", regions: names, actions: names };
  const statements = Array.from({ length: 100 }, () => statement);
  const started = performance.now();
  const problems = validatePolicy({ name: "p", statements }, { regions: ["hanoi"] });
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(problems.length).toBeGreaterThanOrEqual(100);
  expect(problems.length).toBeLessThan(400);
});

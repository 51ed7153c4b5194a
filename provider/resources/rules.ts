import { UNKNOWN } from "./unknown.ts";

/** What is wrong with a value, by the path inside of it; nothing for a value that is not known yet. */
export type Rule = (value: unknown) => Problem[];

interface Problem {
  readonly path: string;
  readonly reason: string;
}

function rule(test: (value: unknown) => boolean, reason: string): Rule {
  return (value) =>
    value === UNKNOWN || test(value)
      ? []
      : [{ path: "", reason: `${reason}; it is ${JSON.stringify(value)}` }];
}

const string = (value: unknown): value is string => typeof value === "string";

export const text = (pattern: RegExp, reason: string): Rule =>
  rule((value) => string(value) && pattern.test(value), reason);

export const id = (...prefixes: string[]): Rule =>
  text(
    new RegExp(`^(${prefixes.join("|")})_[0-7][0-9a-hjkmnp-tv-z]{25}$`),
    `must be an id such as ${prefixes.map((prefix) => `${prefix}_…`).join(" or ")}`,
  );

export const displayName = text(
  /^[^\s\p{C}](?:[^\p{C}]{0,98}[^\s\p{C}])?$/u,
  "must be 1 to 100 printable characters without leading or trailing spaces",
);

export const name = text(/^[^\s]{1,100}$/, "must be a name of the catalogue");

// The grammar of the API; where an image may come from only the site knows.
const HOST = "[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::[0-9]{1,5})?";
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}";
export const image = text(
  new RegExp(`^(?=.{1,255}$)(?:${HOST}/)?${PART}(?:/${PART})*(?::${TAG})?(?:@(?:${DIGEST}))?$`),
  "must be an image id or an OCI reference",
);

export const boolean = rule((value) => typeof value === "boolean", "must be true or false");

export const integer = (min: number, max: number): Rule =>
  rule(
    (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    `must be a whole number from ${min} to ${max}`,
  );

export const sizeGib = integer(1, 16_384);

export const oneOf = (...values: string[]): Rule =>
  rule(
    (value) => string(value) && values.includes(value),
    `must be ${values.map((value) => `"${value}"`).join(" or ")}`,
  );

export const amount = text(
  /^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$/,
  'must be a decimal such as "25.00", with at most six decimals',
);

export function list(item: Rule, least = 0): Rule {
  return (value) => {
    if (value === UNKNOWN) return [];
    if (!Array.isArray(value)) return [{ path: "", reason: "must be a list" }];
    if (value.length < least)
      return [
        { path: "", reason: `must have at least ${least === 1 ? "one item" : `${least} items`}` },
      ];
    return value.flatMap((each, index) => within(`[${index}]`, item(each)));
  };
}

/** An object with these members; those that end in `?` may be missing. */
export function shape(members: Readonly<Record<string, Rule>>): Rule {
  const rules = new Map(Object.entries(members).map(([key, each]) => [key.replace("?", ""), each]));
  return (value) => {
    if (value === UNKNOWN) return [];
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return [{ path: "", reason: `must be an object with ${[...rules.keys()].join(", ")}` }];
    const given = Object.entries(value).filter(([, each]) => each !== undefined && each !== null);
    const missing = Object.keys(members).filter(
      (key) => !key.endsWith("?") && !given.some(([name]) => name === key),
    );
    return [
      ...missing.map((key) => ({ path: `.${key}`, reason: "is missing" })),
      ...given.flatMap(([key, each]) =>
        within(`.${key}`, rules.get(key)?.(each) ?? [{ path: "", reason: "is not known" }]),
      ),
    ];
  };
}

/** This word, or what the rule says. */
export function wordOr(word: string, other: Rule): Rule {
  return (value) => {
    if (value === word) return [];
    if (string(value)) return [{ path: "", reason: `must be "${word}" or an object` }];
    return other(value);
  };
}

/** How long nobody uses a notebook until it is stopped (RES-9). */
export const idlePeriod = shape({ afterMinutes: integer(20, 10_080) });

export const tags: Rule = (value) => {
  if (value === UNKNOWN) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [{ path: "", reason: "must be an object of texts" }];
  const key = text(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, "is no tag name");
  const content = text(/^.{0,255}$/s, "must be a text of at most 255 characters");
  return Object.entries(value).flatMap(([tag, each]) =>
    within(`.${tag}`, [...key(tag), ...content(each)]),
  );
};

function within(step: string, problems: Problem[]): Problem[] {
  return problems.map(({ path, reason }) => ({ path: step + path, reason }));
}

import type { Diff, Draft, Failure } from "./resource.ts";
import type { Rule } from "./rules.ts";
import { sameJson, type Same } from "./same.ts";
import { holdsUnknown } from "./unknown.ts";

/** All that Pulumi's operations need to know of one input. */
export interface Field {
  readonly rule: Rule;
  readonly required?: true;
  /** A change needs another resource: always, or for some changes only. */
  readonly replaces?: true | ((old: unknown, asked: unknown) => boolean);
  /** What it is when it is not given; without a default, what is not given may be anything. */
  readonly default?: unknown;
  readonly same?: Same;
}

export type Fields = Readonly<Record<string, Field>>;

/** What is wrong with the inputs, in their own names. */
export function checkFields(fields: Fields, news: Draft): Failure[] {
  const unknown = Object.keys(news).filter((key) => !(key in fields) && !key.startsWith("__"));
  return [
    ...unknown.map((property) => ({ property, reason: "is no input of this resource" })),
    ...Object.entries(fields).flatMap(([property, field]) => {
      const value = news[property];
      if (value === undefined) return field.required ? [{ property, reason: "is missing" }] : [];
      return field.rule(value).map(({ path, reason }) => ({ property: property + path, reason }));
    }),
  ];
}

/** The inputs that differ from reality. What is not known yet may turn out to be different, so it counts. */
export function changedFields(fields: Fields, olds: object, news: Draft): string[] {
  return Object.entries(fields)
    .filter(([key, field]) => {
      const asked = news[key] ?? field.default;
      if (asked === undefined && !("default" in field)) return false;
      if (holdsUnknown(asked)) return true;
      return !(field.same ?? sameJson)((olds as Draft)[key] ?? null, asked ?? null);
    })
    .map(([key]) => key);
}

/** Compares reality with the inputs; `deleteFirst` says whether the old one has to go before a new one comes. */
export function diffFields(
  fields: Fields,
  olds: object,
  news: Draft,
  deleteFirst: (replaces: readonly string[]) => boolean,
): Diff {
  const changed = changedFields(fields, olds, news);
  const replaces = changed.filter((key) => {
    const { replaces, default: byDefault } = fields[key]!;
    if (typeof replaces !== "function") return replaces === true;
    return replaces((olds as Draft)[key] ?? null, news[key] ?? byDefault ?? null);
  });
  const stables = Object.keys(fields).filter(
    (key) => fields[key]!.replaces === true && !replaces.includes(key),
  );
  return {
    changes: changed.length > 0,
    changed,
    replaces,
    deleteBeforeReplace: deleteFirst(replaces),
    stables,
  };
}

/** Some members of the inputs, or their defaults. */
export function pickFields(fields: Fields, keys: readonly string[], inputs: object): Draft {
  return Object.fromEntries(
    keys.map((key) => [key, (inputs as Draft)[key] ?? fields[key]!.default]),
  );
}

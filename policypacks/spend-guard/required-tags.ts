import type { ResourceValidationPolicy } from "@pulumi/policy";
import {
  ConfigurationError,
  kindOf,
  readProps,
  resourcePolicy,
  UNKNOWN,
  type Finding,
  type World,
} from "@aifactory/policy-kit";

interface RequiredTag {
  readonly key: string;
  readonly values?: readonly string[];
  /** A regular expression of the whole value. */
  readonly pattern?: string;
}

interface Configuration {
  readonly tags?: readonly RequiredTag[];
  readonly kinds?: readonly string[];
}

/** Kinds that carry tags (RES-8). */
const TAGGED = ["Notebook", "GpuContainer", "Volume"];

/** Refuses resources without the tags by which usage is reported (RES-8). Nothing is required unless configured. */
export function requiredTags(world: World): ResourceValidationPolicy {
  return resourcePolicy<Configuration>(
    {
      name: "required-tags",
      displayName: "Required tags",
      description: "Notebooks, containers and volumes carry the tags that reports need.",
      severity: "low",
      tags: ["aifactory", "cost"],
      remediationSteps: "Add the tag to the resource, with one of the allowed values.",
      properties: {
        tags: {
          type: "array",
          items: {
            type: "object",
            properties: {
              key: { type: "string", pattern: "\\S", description: "the name of a tag" },
              values: { type: "array", items: { type: "string" }, minItems: 1 },
              pattern: { type: "string" },
            },
            required: ["key"],
            additionalProperties: false,
          },
          default: [],
        },
        kinds: { type: "array", items: { type: "string", enum: TAGGED }, default: TAGGED },
      },
      judge({ type, props }, { tags: required = [], kinds = TAGGED }) {
        const rules = required.map(rule);
        if (!kinds.includes(kindOf(type) ?? "")) return [];
        const { tags = {} } = readProps(props);
        return rules.flatMap((each) => each(tags));
      },
    },
    world,
  );
}

/** @throws {ConfigurationError} for a pattern that is none. */
function rule({ key, values, pattern }: RequiredTag, at: number): (tags: unknown) => Finding[] {
  const expression = compile(pattern, `tags[${at}].pattern`);
  const wanted = values
    ? ` It may be ${values.join(", ")}.`
    : pattern
      ? ` It is like ${pattern}.`
      : "";
  return (tags) => {
    const value = tags === UNKNOWN ? UNKNOWN : ownValue(tags, key);
    const problem = problemOf(value);
    return problem === undefined ? [] : [{ message: `TAG ${key} – ${problem}${wanted}` }];
  };

  function problemOf(value: unknown): string | undefined {
    if (value === undefined || value === null) return "it is missing.";
    const isFree = values === undefined && expression === undefined;
    if (value === UNKNOWN)
      return isFree ? undefined : "its value is not known yet, so it may be any.";
    const text = String(value);
    const fits = (values?.includes(text) ?? true) && (expression?.test(text) ?? true);
    return fits ? undefined : `its value ${JSON.stringify(text)} is not allowed.`;
  }
}

/** Of a tag that every object inherits, such as `constructor`, the program's own alone counts. */
function ownValue(tags: unknown, key: string): unknown {
  return typeof tags === "object" && tags !== null && Object.hasOwn(tags, key)
    ? (tags as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function compile(pattern: string | undefined, path: string): RegExp | undefined {
  if (pattern === undefined) return undefined;
  try {
    // Alone first: `a)|(b` is one only where it is put between others.
    return new RegExp(`^(?:${new RegExp(pattern, "u").source})$`, "u");
  } catch {
    throw new ConfigurationError(
      `configuration of required-tags: ${path} is no regular expression: ${pattern}`,
    );
  }
}

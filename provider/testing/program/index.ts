import {
  ComponentResource,
  Config,
  type CustomResource,
  type Output,
  secret,
} from "@pulumi/pulumi";
import * as aifactory from "@aifactory/pulumi";
import type { Wanted } from "../wanted.ts";

type Constructor = new (name: string, args: never, options: object) => CustomResource;

const classes = aifactory as unknown as Readonly<Record<string, Constructor>>;
const made = new Map<string, CustomResource>();
const components = new Map<string, ComponentResource>();

function component(name: string): ComponentResource {
  const known = components.get(name) ?? new ComponentResource(`test:index:${name}`, name);
  components.set(name, known);
  return known;
}

/** Plain values, but `{ "$output": "ml.id" }` is an output and `{ "$secret": "…" }` a secret. */
function argument(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(argument);
  if (typeof value !== "object" || value === null) return value;
  if ("$secret" in value) return secret(value.$secret);
  if ("$output" in value) return output(String(value.$output));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, argument(each)]));
}

function output(path: string): Output<unknown> {
  const [name = "", key = ""] = path.split(".");
  return (made.get(name) as unknown as Record<string, Output<unknown>>)[key]!;
}

for (const { kind, name, args, dependsOn = [], parent } of new Config().requireObject<Wanted[]>(
  "resources",
)) {
  const Resource = classes[kind]!;
  const belonging = parent === undefined ? {} : { parent: component(parent) };
  const options = { dependsOn: dependsOn.map((other) => made.get(other)!), ...belonging };
  made.set(name, new Resource(name, argument(args) as never, options));
}

export const ids = Object.fromEntries([...made].map(([name, { id }]) => [name, id]));

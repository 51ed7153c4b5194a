import type { dynamic } from "@pulumi/pulumi";
import { InitError } from "../resources/init-error.ts";
import type { Context } from "../resources/resource.ts";
import { resourceOf, type Kind } from "../resources/resources.ts";
import { explain } from "./explain.ts";
import { fromPulumi, toPulumi, type Properties } from "./properties.ts";
import { connect, missingSettings, type Connection, type Lookup } from "./settings.ts";

export type { Lookup } from "./settings.ts";

/** The operations of one kind, as Pulumi's host of dynamic providers calls them. */
export type Face = Required<Omit<dynamic.ResourceProvider<Properties, Properties>, "configure">>;

/**
 * The dynamic face of a resource. Providers in saved states call this by name, so that what they do is of the installed
 * version; its signature stays.
 */
export function openFace(kind: Kind, lookup: Lookup): Face {
  const resource = resourceOf(kind);
  let connection: Connection | undefined;
  const contextOf = ({ __urn }: Properties): Context => ({
    ...(connection ??= connect(lookup)),
    urn: String(__urn),
    say: (message) => console.log(message),
  });
  return {
    async check(olds, news) {
      const settings = missingSettings(lookup).map((reason) => ({ property: "aifactory", reason }));
      const failures = resource.check(fromPulumi(news), fromPulumi(olds));
      return { inputs: news, failures: [...settings, ...failures] };
    },
    async diff(_id, olds, news) {
      const { changes, replaces, deleteBeforeReplace, stables } = resource.diff(
        fromPulumi(olds),
        fromPulumi(news),
      );
      return { changes, replaces: [...replaces], deleteBeforeReplace, stables: [...stables] };
    },
    async create(inputs) {
      const { id, outputs } = await told(inputs, () =>
        resource.create(contextOf(inputs), fromPulumi(inputs)),
      );
      return { id, outs: { ...toPulumi(outputs), __urn: inputs["__urn"] } };
    },
    async read(id, props = {}) {
      const found = await told(props, () => resource.read(contextOf(props), id, fromPulumi(props)));
      if (found === null) return {};
      return { id: found.id, props: { ...toPulumi(found.outputs), __urn: props["__urn"] } };
    },
    async update(id, olds, news) {
      const outputs = await told(news, () =>
        resource.update(contextOf(news), id, fromPulumi(olds), fromPulumi(news)),
      );
      return { outs: { ...toPulumi(outputs), __urn: news["__urn"] } };
    },
    async delete(id, props) {
      await told(props, () => resource.delete(contextOf(props), id, fromPulumi(props)));
    },
  };
}

/** Failures in words for people. The host prints stacks, which say nothing to them. */
async function told<T>(properties: Properties, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const { __provider, __urn } = properties;
    if (error instanceof InitError) {
      const reason = explain(error.cause);
      throw Object.assign(quiet(reason), {
        id: error.id,
        properties: { ...toPulumi(error.outputs), __provider, __urn },
        reasons: [`${reason} It is kept; run pulumi up again to go on.`],
      });
    }
    throw quiet(explain(error));
  }
}

function quiet(message: string): Error {
  const error = new Error(message);
  error.stack = "";
  return error;
}

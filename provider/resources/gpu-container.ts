import type { Container } from "@aifactory/sdk";
import type { ComputeKind } from "./compute.ts";
import { computeResource } from "./compute-resource.ts";
import { containerApi } from "./gpu-container-api.ts";
import {
  containerFields,
  fieldsOf,
  FROM_TEMPLATE,
  type EnvEntry,
  type GpuContainerInputs,
  type GpuContainerOutputs,
} from "./gpu-container-fields.ts";
import { refuseShrinking } from "./refuse-shrinking.ts";
import type { Draft, Failure, Resource } from "./resource.ts";

const kind: ComputeKind<Container, GpuContainerInputs, GpuContainerOutputs> = {
  what: "GpuContainer",
  fields: fieldsOf,
  api: containerApi,
  outputsOf(live, known) {
    const { image, template, ports, env, command, disk, registryCredentials } = live;
    const { maxRunningSeconds } = live;
    const { __declared: declared } = known;
    return {
      image,
      ...(template === null ? {} : { template }),
      ports: keep("ports", ports, known.ports),
      env: keep("env", env.map(withSecret(known.env)), known.env),
      ...(command === null ? {} : { command }),
      ...(disk === null ? {} : { disk }),
      ...(registryCredentials === null
        ? {}
        : {
            registryCredentials: {
              ...registryCredentials,
              password: known.registryCredentials?.password ?? "",
            },
          }),
      ...(maxRunningSeconds === null ? {} : { maxRunningSeconds }),
      __declared: declared ?? FROM_TEMPLATE.filter((key) => key in known),
    };
  },
  hidden: ({ env, registryCredentials }) => [
    ...(env?.some(({ secret }) => secret) ? ["env"] : []),
    ...(registryCredentials === undefined ? [] : ["registryCredentials"]),
  ],
};

const shared = computeResource(kind);

/** A GPU Container (RES-2). Region, Workspace, template and the place of its disk replace it; everything else changes in place. */
export const gpuContainer: Resource<GpuContainerInputs, GpuContainerOutputs> = {
  ...shared,
  check: (news, olds) => [
    ...shared.check(news, olds),
    ...imageOrTemplate(news),
    ...refuseShrinking(fieldsOf(news), "disk", olds, news),
  ],
  diff(olds, news) {
    const diff = shared.diff(olds, news);
    // What the program no longer says, the template says again; only a new container asks it.
    const { __declared: declared = [] } = olds;
    const dropped = declared.filter((key) => key !== "image" && news[key] === undefined);
    if (news["template"] === undefined || dropped.length === 0) return diff;
    const replaces = [...diff.replaces, ...dropped];
    return { ...diff, changes: true, changed: [...diff.changed, ...dropped], replaces };
  },
};

function imageOrTemplate({ image, template }: Draft): Failure[] {
  if ((image === undefined) !== (template === undefined)) return [];
  return [{ property: "image", reason: 'give either "image" or "template"' }];
}

/** As the program spells it where that means the same, so that a refresh is quiet. */
function keep<T>(key: string, live: T, known: T | undefined): T {
  return known !== undefined && containerFields[key]!.same!(live, known) ? known : live;
}

/** The API never tells secret values: they are taken from what the program or the state says. */
function withSecret(known: readonly EnvEntry[] = []) {
  return ({ name, value, secret }: Container["env"][number]): EnvEntry => ({
    name,
    value: value ?? known.find((entry) => entry.name === name && entry.secret)?.value ?? "",
    secret,
  });
}

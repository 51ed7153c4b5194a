import type { Client, Container } from "@aifactory/sdk";
import {
  commonFields,
  type ComputeApi,
  type ComputeInputs,
  type ComputeKind,
  type ComputeOutputs,
} from "./compute.ts";
import { computeResource } from "./compute-resource.ts";
import { pickFields, type Field, type Fields } from "./fields.ts";
import { refuseShrinking } from "./refuse-shrinking.ts";
import type { Failure, Draft, Resource } from "./resource.ts";
import * as rules from "./rules.ts";
import { sameItems } from "./same.ts";

export interface Port {
  readonly port: number;
  readonly protocol: "HTTP" | "TCP";
}

export interface EnvEntry {
  readonly name: string;
  readonly value: string;
  /** Write-only in the API (RBAC-3), and secret in the state. */
  readonly secret?: boolean;
}

interface ContainerSpec {
  readonly ports?: readonly Port[];
  readonly env?: readonly EnvEntry[];
  readonly command?: readonly string[];
  readonly disk?: { readonly sizeGib: number; readonly mountPath: string };
  readonly registryCredentials?: {
    readonly server: string;
    readonly username: string;
    readonly password: string;
  };
  readonly maxRunningSeconds?: number;
}

export interface GpuContainerInputs extends ComputeInputs, ContainerSpec {
  readonly image?: string;
  readonly template?: string;
}

export interface GpuContainerOutputs extends ComputeOutputs, ContainerSpec {
  readonly image: string;
  readonly template?: string;
  /** Which of what a template may give the program gave itself. */
  readonly __declared: readonly string[];
}

/** What a template gives where the program says nothing. */
const FROM_TEMPLATE = ["image", "ports", "env", "command", "disk"];

const own: Fields = {
  ...commonFields,
  image: { rule: rules.image },
  template: { rule: rules.name, default: null, replaces: true },
  ports: {
    rule: rules.list(
      rules.shape({ port: rules.integer(1, 65_535), protocol: rules.oneOf("HTTP", "TCP") }),
    ),
    default: [],
    same: sameItems(({ port, protocol }: Port) => [port, protocol]),
  },
  env: {
    rule: rules.list(
      rules.shape({
        name: rules.text(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "must be a variable name"),
        value: secretText,
        "secret?": rules.boolean,
      }),
    ),
    default: [],
    same: sameItems(({ name, value, secret = false }: EnvEntry) => [name, value, secret]),
  },
  command: { rule: rules.list(rules.text(/^.*$/s, "must be a text"), 1), default: null },
  disk: {
    rule: rules.shape({
      sizeGib: rules.sizeGib,
      mountPath: rules.text(
        /^(\/[A-Za-z0-9_][A-Za-z0-9._-]*)+$/,
        "must be an absolute path such as /data",
      ),
    }),
    default: null,
    replaces: (old, asked) => mountPath(old) !== mountPath(asked),
  },
  registryCredentials: {
    rule: rules.shape({ server: secretText, username: secretText, password: secretText }),
    default: null,
  },
  maxRunningSeconds: { rule: rules.integer(60, 31_622_400), default: null },
};

const kind: ComputeKind<Container, GpuContainerInputs, GpuContainerOutputs> = {
  what: "GpuContainer",
  fields: fieldsOf,
  api,
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

function fieldsOf(inputs: object): Fields {
  if ((inputs as Draft)["template"] === undefined) return own;
  const open = FROM_TEMPLATE.map((key): [string, Field] => {
    const { default: _, ...field } = own[key]!;
    return [key, field];
  });
  return { ...own, ...Object.fromEntries(open) };
}

function imageOrTemplate({ image, template }: Draft): Failure[] {
  if ((image === undefined) !== (template === undefined)) return [];
  return [{ property: "image", reason: 'give either "image" or "template"' }];
}

/** A text of which nothing is shown in a message. */
function secretText(value: unknown) {
  const fine = typeof value === "string" || typeof value === "symbol";
  return fine ? [] : [{ path: "", reason: "must be a text" }];
}

function mountPath(disk: unknown): unknown {
  return typeof disk === "object" && disk !== null && "mountPath" in disk ? disk.mountPath : null;
}

/** As the program spells it where that means the same, so that a refresh is quiet. */
function keep<T>(key: string, live: T, known: T | undefined): T {
  return known !== undefined && own[key]!.same!(live, known) ? known : live;
}

/** The API never tells secret values: they are taken from what the program or the state says. */
function withSecret(known: readonly EnvEntry[] = []) {
  return ({ name, value, secret }: Container["env"][number]): EnvEntry => ({
    name,
    value: value ?? known.find((entry) => entry.name === name && entry.secret)?.value ?? "",
    secret,
  });
}

const EDITABLE =
  "name flavor image ports env command disk registryCredentials maxRunningSeconds tags".split(" ");

function api(client: Client): ComputeApi<Container> {
  const path = (containerId: string) => ({ path: { containerId } });
  return {
    create(inputs, clientToken) {
      const { workspaceId, region, template } = inputs as GpuContainerInputs;
      const given = EDITABLE.filter((key) => key in inputs);
      const body = { ...pickFields(own, given, inputs), region, template, clientToken };
      return client.createContainer({ path: { workspaceId }, body: body as never });
    },
    get: (id, signal) =>
      client.getContainer({ ...path(id), ...(signal === undefined ? {} : { signal }) }),
    edit(id, changed, inputs) {
      const body: Record<string, unknown> = pickFields(
        own,
        changed.filter((key) => EDITABLE.includes(key)),
        inputs,
      );
      const disk = body["disk"] as { sizeGib: number } | undefined;
      if (disk) body["disk"] = { sizeGib: disk.sizeGib };
      if (Object.keys(body).length === 0) return client.getContainer(path(id));
      return client.updateContainer({ ...path(id), body });
    },
    remove: (id) => client.deleteContainer(path(id)),
    start: (id) => client.startContainer(path(id)),
    stop: (id) => client.stopContainer(path(id)),
  };
}

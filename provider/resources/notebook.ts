import type { Client, Notebook } from "@aifactory/sdk";
import {
  commonFields,
  type ComputeApi,
  type ComputeInputs,
  type ComputeKind,
  type ComputeOutputs,
} from "./compute.ts";
import { computeResource } from "./compute-resource.ts";
import { pickFields, type Fields } from "./fields.ts";
import { refuseShrinking } from "./refuse-shrinking.ts";
import type { Resource } from "./resource.ts";
import * as rules from "./rules.ts";

export interface NotebookInputs extends ComputeInputs {
  readonly image: string;
  readonly homeVolume: { readonly sizeGib: number };
  /** Stopped when nobody has used it for so long (RES-9); what its Workspace says unless given. */
  readonly idleStop?: { readonly afterMinutes: number } | "never";
}

export interface NotebookOutputs extends ComputeOutputs {
  readonly image: string;
  readonly homeVolume: { readonly sizeGib: number };
  readonly idleStop?: { readonly afterMinutes: number } | "never";
}

const fields: Fields = {
  ...commonFields,
  image: { rule: rules.image, required: true },
  homeVolume: { rule: rules.shape({ sizeGib: rules.sizeGib }), required: true },
  idleStop: { rule: rules.wordOr("never", rules.idlePeriod), default: null },
};

const kind: ComputeKind<Notebook, NotebookInputs, NotebookOutputs> = {
  what: "Notebook",
  fields: () => fields,
  api,
  outputsOf: ({ image, homeVolume: { sizeGib }, idleStop }) => ({
    image,
    homeVolume: { sizeGib },
    ...(idleStop === null ? {} : { idleStop }),
  }),
  hidden: () => [],
};

const shared = computeResource(kind);

/** An AI Notebook (RES-1). Region and Workspace replace it; everything else changes in place. */
export const notebook: Resource<NotebookInputs, NotebookOutputs> = {
  ...shared,
  check: (news, olds) => [
    ...shared.check(news, olds),
    ...refuseShrinking(fields, "homeVolume", olds, news),
  ],
};

const EDITABLE = ["name", "flavor", "image", "homeVolume", "idleStop", "tags"];

function api(client: Client): ComputeApi<Notebook> {
  const path = (notebookId: string) => ({ path: { notebookId } });
  return {
    create(inputs, clientToken) {
      const { workspaceId, region } = inputs as NotebookInputs;
      const body = { ...editable(EDITABLE, inputs), region, clientToken };
      return client.createNotebook({ path: { workspaceId }, body: body as never });
    },
    get: (id, signal) =>
      client.getNotebook({ ...path(id), ...(signal === undefined ? {} : { signal }) }),
    edit(id, changed, inputs) {
      const body = editable(changed, inputs);
      if (Object.keys(body).length === 0) return client.getNotebook(path(id));
      return client.updateNotebook({ ...path(id), body });
    },
    remove: (id) => client.deleteNotebook(path(id)),
    start: (id) => client.startNotebook(path(id)),
    stop: (id) => client.stopNotebook(path(id)),
  };
}

function editable(keys: readonly string[], inputs: object) {
  return pickFields(
    fields,
    keys.filter((key) => EDITABLE.includes(key)),
    inputs,
  );
}

import { waitForGone, type Client, type Workspace } from "@aifactory/sdk";
import { changedFields, checkFields, diffFields, type Fields } from "./fields.ts";
import { clientToken } from "./client-token.ts";
import { ifGone } from "./if-gone.ts";
import { InitError } from "./init-error.ts";
import type { Context, Resource } from "./resource.ts";
import { requestWorkspaceDeletion } from "./request-workspace-deletion.ts";
import * as rules from "./rules.ts";
import { asSet, sameItems } from "./same.ts";

export interface EnabledService {
  readonly service: "notebook" | "container" | "inference";
  readonly regions: readonly string[];
}

export interface WorkspaceInputs {
  readonly name: string;
  readonly services?: readonly EnabledService[];
  readonly boundaryLocked?: boolean;
  /** Idle stop of notebooks that say nothing themselves (RES-9). */
  readonly notebookIdleStop?: { readonly afterMinutes: number };
  readonly forceDestroy?: boolean;
}

export interface WorkspaceOutputs extends WorkspaceInputs {
  readonly workspaceId: string;
  readonly organizationId: string;
  readonly createdAt: string;
}

const service = rules.oneOf("notebook", "container", "inference");
const fields: Fields = {
  name: { rule: rules.displayName, required: true },
  services: {
    rule: rules.list(rules.shape({ service, regions: rules.list(rules.name, 1) })),
    default: [],
    same: sameItems(({ service, regions }: EnabledService) => [service, asSet(regions)]),
  },
  boundaryLocked: { rule: rules.boolean, default: false },
  notebookIdleStop: { rule: rules.idlePeriod, default: null },
  forceDestroy: { rule: rules.boolean, default: false },
};

/** What the Workspace itself says; Services are set one by one. */
const OWN = ["name", "boundaryLocked", "notebookIdleStop"];

/** A Workspace with exactly the Services that the program names (ORG-3, ORG-4). */
export const workspace: Resource<WorkspaceInputs, WorkspaceOutputs> = {
  check: (news) => checkFields(fields, news),
  // Its name is unique in the Organization, so the old one has to go first.
  diff: (olds, news) => diffFields(fields, olds, news, () => true),

  async create(context, inputs) {
    const made = await createLiving(context, inputs);
    try {
      const live = await outputsOf(context.client, made, inputs);
      return { id: made.id, outputs: await edit(context.client, live, inputs) };
    } catch (error) {
      throw new InitError(made.id, await outputsOf(context.client, made, inputs), error);
    }
  },

  async read({ client }, id, olds) {
    const live = await ifGone(client.getWorkspace({ path: { workspaceId: id } }), null);
    if (live === null || live.status === "DELETING") return null;
    return { id, outputs: await outputsOf(client, live, olds) };
  },

  async update({ client }, id, olds, news) {
    return edit(client, { ...olds, workspaceId: id }, news);
  },

  async delete(context, id, { name, forceDestroy }) {
    const { client, say } = context;
    await ifGone(requestWorkspaceDeletion(client, id, forceDestroy ?? false), null);
    await waitForGone((signal) => client.getWorkspace({ path: { workspaceId: id }, signal }), {
      what: "Workspace",
      onProgress: () => say(`Workspace ${name} is being deleted`),
    });
  },
};

async function createLiving(context: Context, inputs: WorkspaceInputs): Promise<Workspace> {
  const { client, organizationId } = context;
  for (;;) {
    const made = await client.createWorkspace({
      path: { organizationId },
      body: {
        name: inputs.name,
        boundaryLocked: inputs.boundaryLocked ?? false,
        notebookIdleStop: inputs.notebookIdleStop ?? null,
        clientToken: clientToken(context, fields, inputs),
      },
    });
    if (made.status !== "DELETING") return made;
    // The one that the token finds is on its way out: its token is free when it is gone (IAC-3).
    const path = { workspaceId: made.id };
    await waitForGone((signal) => client.getWorkspace({ path, signal }), { what: "Workspace" });
  }
}

/** Brings it up to date, from what it is to what the program asks for. */
async function edit(
  client: Client,
  live: WorkspaceOutputs,
  inputs: WorkspaceInputs,
): Promise<WorkspaceOutputs> {
  const path = { workspaceId: live.workspaceId };
  const changed = changedFields(fields, live, { ...inputs });
  const { name, services = [], boundaryLocked = false, notebookIdleStop = null } = inputs;
  if (OWN.some((key) => changed.includes(key)))
    await client.updateWorkspace({ path, body: { name, boundaryLocked, notebookIdleStop } });
  if (changed.includes("services")) {
    for (const { service, regions } of services)
      await client.enableService({ path: { ...path, service }, body: { regions: [...regions] } });
    for (const { service } of live.services ?? [])
      if (!services.some((asked) => asked.service === service))
        await client.disableService({ path: { ...path, service } });
  }
  return outputsOf(client, await client.getWorkspace({ path }), inputs);
}

async function outputsOf(
  client: Client,
  live: Workspace,
  { services, forceDestroy = false }: Pick<WorkspaceInputs, "services" | "forceDestroy">,
): Promise<WorkspaceOutputs> {
  const { items } = await client.listServices({ path: { workspaceId: live.id } });
  const enabled = items
    .filter((item) => item.enabled)
    .map(({ service, regions }) => ({ service, regions }));
  return {
    workspaceId: live.id,
    organizationId: live.organizationId,
    createdAt: live.createdAt,
    name: live.name,
    boundaryLocked: live.boundaryLocked,
    ...(live.notebookIdleStop === null ? {} : { notebookIdleStop: live.notebookIdleStop }),
    forceDestroy,
    // As the program spells it where that means the same, so that a refresh is quiet.
    services: fields["services"]!.same!(services ?? [], enabled) ? (services ?? []) : enabled,
  };
}

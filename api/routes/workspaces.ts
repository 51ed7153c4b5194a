import * as contract from "#contract/workspaces.ts";
import { createWorkspace } from "#domain/workspaces/create-workspace.ts";
import { deleteWorkspace } from "#domain/workspaces/delete-workspace.ts";
import { getWorkspace } from "#domain/workspaces/get-workspace.ts";
import { listWorkspaces } from "#domain/workspaces/list-workspaces.ts";
import { updateWorkspace } from "#domain/workspaces/update-workspace.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function workspaceRoutes(mounting: Mounting): void {
  mountChange(mounting, contract.createWorkspace, (ctx, { body }) => createWorkspace(ctx, body));
  mountRead(mounting, contract.listWorkspaces, (ctx, { query }) => listWorkspaces(ctx, query));
  mountRead(mounting, contract.getWorkspace, (ctx) => getWorkspace(ctx));
  mountChange(mounting, contract.updateWorkspace, (ctx, { body }) => updateWorkspace(ctx, body));
  mountChange(mounting, contract.deleteWorkspace, (ctx, { query }) =>
    deleteWorkspace(ctx, { force: query.force === "true" }),
  );
}

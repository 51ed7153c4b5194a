import * as contract from "#contract/containers.ts";
import { createTemplate } from "#domain/templates/create-template.ts";
import { deleteTemplate } from "#domain/templates/delete-template.ts";
import { getTemplate } from "#domain/templates/get-template.ts";
import { listTemplates } from "#domain/templates/list-templates.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

/** Templates that Workspaces save (CAT-4); the operator's belong to the catalogue. */
export function templateRoutes(mounting: Mounting): void {
  mountChange(mounting, contract.createWorkspaceTemplate, (ctx, { body }) =>
    createTemplate(ctx, body),
  );
  mountRead(mounting, contract.listWorkspaceTemplates, (ctx, { query }) =>
    listTemplates(ctx, query),
  );
  mountRead(mounting, contract.getWorkspaceTemplate, (ctx) => getTemplate(ctx));
  mountChange(mounting, contract.deleteWorkspaceTemplate, (ctx) => deleteTemplate(ctx));
}

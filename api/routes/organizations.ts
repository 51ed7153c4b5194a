import * as contract from "#contract/organizations.ts";
import { createOrganization } from "#domain/organizations/create-organization.ts";
import { getOrganization } from "#domain/organizations/get-organization.ts";
import { listOrganizations } from "#domain/organizations/list-organizations.ts";
import { updateOrganization } from "#domain/organizations/update-organization.ts";
import {
  mountChange,
  mountRead,
  mountSelfChange,
  mountSelfRead,
  type Mounting,
} from "#http/mount.ts";

export function organizationRoutes(mounting: Mounting): void {
  mountSelfChange(mounting, contract.createOrganization, (ctx, { body }) =>
    createOrganization(ctx, body),
  );
  mountSelfRead(mounting, contract.listOrganizations, (ctx, { query }) =>
    listOrganizations(ctx, query),
  );
  mountRead(mounting, contract.getOrganization, (ctx) => getOrganization(ctx));
  mountChange(mounting, contract.updateOrganization, (ctx, { body }) =>
    updateOrganization(ctx, body),
  );
}

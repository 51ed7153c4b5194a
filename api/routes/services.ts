import * as contract from "#contract/workspaces.ts";
import { disableService } from "#domain/services/disable-service.ts";
import { enableService } from "#domain/services/enable-service.ts";
import { listServices } from "#domain/services/list-services.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function serviceRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.listServices, (ctx) => listServices(ctx));
  mountChange(
    mounting,
    contract.enableService,
    (ctx, { params, body }) => enableService(ctx, params.service, body),
    { auditDetails: ({ regions }) => ({ regions }) },
  );
  mountChange(mounting, contract.disableService, (ctx, { params }) =>
    disableService(ctx, params.service),
  );
}

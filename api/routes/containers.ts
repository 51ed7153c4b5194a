import * as contract from "#contract/containers.ts";
import { createAccessSession, withoutLink } from "#domain/access-sessions/create-access-session.ts";
import { knownRegion } from "#domain/catalogue/check-choice.ts";
import { createContainer } from "#domain/containers/create-container.ts";
import { listContainers } from "#domain/containers/list-containers.ts";
import { presentContainer } from "#domain/containers/present-container.ts";
import { restartContainer } from "#domain/containers/restart-container.ts";
import { updateContainer } from "#domain/containers/update-container.ts";
import { deleteResource } from "#domain/resources/delete-resource.ts";
import { followLogs } from "#domain/resources/follow-logs.ts";
import { listEvents } from "#domain/resources/list-events.ts";
import { checkTerminal, openTerminal, startTerminal } from "#domain/resources/open-terminal.ts";
import { readLogs } from "#domain/resources/read-logs.ts";
import { showAccess } from "#domain/resources/show-access.ts";
import { shownResource } from "#domain/resources/shown-resource.ts";
import { startResource } from "#domain/resources/start-resource.ts";
import { stopResource } from "#domain/resources/stop-resource.ts";
import { mountFollowed } from "#http/live/mount-followed.ts";
import { mountTerminal } from "#http/live/mount-terminal.ts";
import { mountChange, mountItem, mountRead, type Mounting } from "#http/mount.ts";

export function containerRoutes(mounting: Mounting): void {
  const { catalogue } = mounting.site;
  mountChange(mounting, contract.createContainer, (ctx, { body }) => createContainer(ctx, body), {
    region: ({ body }) => knownRegion(catalogue, body.region),
  });
  mountRead(mounting, contract.listContainers, (ctx, { query }) => listContainers(ctx, query));
  mountItem(mounting, contract.getContainer, shownResource("container"), presentContainer);
  mountChange(mounting, contract.updateContainer, (ctx, { body }) => updateContainer(ctx, body));
  mountChange(mounting, contract.deleteContainer, async (ctx) =>
    presentContainer(await deleteResource(ctx)),
  );
  mountChange(mounting, contract.startContainer, async (ctx) =>
    presentContainer(await startResource(ctx)),
  );
  mountChange(mounting, contract.stopContainer, async (ctx) =>
    presentContainer(await stopResource(ctx)),
  );
  mountChange(mounting, contract.restartContainer, (ctx) => restartContainer(ctx));
  mountRead(mounting, contract.getContainerAccess, (ctx) => showAccess(ctx));
  mountChange(
    mounting,
    contract.createContainerAccessSession,
    (ctx, { body }) => createAccessSession(ctx, body),
    { redact: withoutLink },
  );
  mountRead(mounting, contract.listContainerEvents, (ctx, { query }) => listEvents(ctx, query));
  mountFollowed(mounting, contract.getContainerLogs, {
    read: (ctx, { query }) => readLogs(ctx, query),
    follow: (ctx, { query }, signal) => followLogs(ctx, query, signal),
  });
  mountTerminal(mounting, contract.openContainerTerminal, {
    open: openTerminal,
    check: checkTerminal,
    start: (ctx, { query }) => startTerminal(ctx, query),
  });
}

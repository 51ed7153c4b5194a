import * as contract from "#contract/notebooks.ts";
import { createAccessSession, withoutLink } from "#domain/access-sessions/create-access-session.ts";
import { knownRegion } from "#domain/catalogue/check-choice.ts";
import { createNotebook } from "#domain/notebooks/create-notebook.ts";
import { listNotebooks } from "#domain/notebooks/list-notebooks.ts";
import { presentNotebook } from "#domain/notebooks/present-notebook.ts";
import { recreateNotebook } from "#domain/notebooks/recreate-notebook.ts";
import { updateNotebook } from "#domain/notebooks/update-notebook.ts";
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

export function notebookRoutes(mounting: Mounting): void {
  const { catalogue } = mounting.site;
  mountChange(mounting, contract.createNotebook, (ctx, { body }) => createNotebook(ctx, body), {
    region: ({ body }) => knownRegion(catalogue, body.region),
  });
  mountRead(mounting, contract.listNotebooks, (ctx, { query }) => listNotebooks(ctx, query));
  mountItem(mounting, contract.getNotebook, shownResource("notebook"), presentNotebook);
  mountChange(mounting, contract.updateNotebook, (ctx, { body }) => updateNotebook(ctx, body));
  mountChange(mounting, contract.deleteNotebook, async (ctx) =>
    presentNotebook(await deleteResource(ctx)),
  );
  mountChange(mounting, contract.startNotebook, async (ctx) =>
    presentNotebook(await startResource(ctx)),
  );
  mountChange(mounting, contract.stopNotebook, async (ctx) =>
    presentNotebook(await stopResource(ctx)),
  );
  mountChange(mounting, contract.recreateNotebook, (ctx, { body }) => recreateNotebook(ctx, body));
  mountRead(mounting, contract.getNotebookAccess, (ctx) => showAccess(ctx));
  mountChange(
    mounting,
    contract.createNotebookAccessSession,
    (ctx, { body }) => createAccessSession(ctx, body),
    { redact: withoutLink },
  );
  mountRead(mounting, contract.listNotebookEvents, (ctx, { query }) => listEvents(ctx, query));
  mountFollowed(mounting, contract.getNotebookLogs, {
    read: (ctx, { query }) => readLogs(ctx, query),
    follow: (ctx, { query }, signal) => followLogs(ctx, query, signal),
  });
  mountTerminal(mounting, contract.openNotebookTerminal, {
    open: openTerminal,
    check: checkTerminal,
    start: (ctx, { query }) => startTerminal(ctx, query),
  });
}

import * as contract from "#contract/operator.ts";
import { listWorkItems } from "#domain/operator/list-work-items.ts";
import { mintToken } from "#domain/operator/mint-token.ts";
import { readClock } from "#domain/operator/read-clock.ts";
import { retryWorkItem } from "#domain/operator/retry-work-item.ts";
import { mountOperator, mountOperatorChange, type Mounting } from "#http/mount.ts";
import type { LocalIssuer } from "#ports/identity.ts";
import { failureRoutes } from "./failures.ts";

/** What only the operator's endpoints use. */
export interface OperatorTools {
  /** Null where an external issuer is configured, or the site is real (ID-5). */
  localIssuer: LocalIssuer | null;
  /** Moves site time and answers when everything due has run; throws `clock_not_movable`. */
  advanceClock: (seconds: number) => Promise<Date>;
}

export function operatorRoutes(mounting: Mounting, tools: OperatorTools): void {
  mountOperator(mounting, contract.getClock, async ({ site }) => ({
    now: (await readClock(site.database)).toISOString(),
  }));
  mountOperator(mounting, contract.advanceClock, async (_ctx, { body }) => ({
    now: (await tools.advanceClock(body.seconds)).toISOString(),
  }));
  mountOperatorChange(
    mounting,
    contract.mintToken,
    (ctx, { body }) => mintToken(ctx, tools.localIssuer, body),
    {
      redact: (response) => ({ ...response, token: null, secretAlreadyShown: true }),
    },
  );
  mountOperator(mounting, contract.listWorkItems, ({ site }, { query }) =>
    listWorkItems(site.database, query),
  );
  mountOperatorChange(mounting, contract.retryWorkItem, ({ tx }, { params }) =>
    retryWorkItem(tx, params),
  );
  failureRoutes(mounting);
}

import * as contract from "#contract/operator.ts";
import { clearFailure } from "#domain/failures/clear-failure.ts";
import { injectFailure } from "#domain/failures/inject-failure.ts";
import { listFailures } from "#domain/failures/list-failures.ts";
import { mountOperator, mountOperatorChange, type Mounting } from "#http/mount.ts";

export function failureRoutes(mounting: Mounting): void {
  mountOperatorChange(mounting, contract.injectFailure, (ctx, { body }) =>
    injectFailure(ctx, body),
  );
  mountOperator(mounting, contract.listFailures, (ctx, { query }) => listFailures(ctx, query));
  mountOperatorChange(mounting, contract.clearFailure, (ctx, { params }) =>
    clearFailure(ctx, params.failureId),
  );
}

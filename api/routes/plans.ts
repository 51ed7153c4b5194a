import * as contract from "#contract/plans.ts";
import { cancelBillingPlan } from "#domain/plans/cancel-billing-plan.ts";
import { grantBillingPlan } from "#domain/plans/grant-billing-plan.ts";
import { listGrantedPlans, listPlans } from "#domain/plans/list-plans.ts";
import { mountOperator, mountOperatorChange, mountRead, type Mounting } from "#http/mount.ts";

export function planRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.listPlans, (ctx, { query }) => listPlans(ctx, query));
  mountOperatorChange(mounting, contract.grantPlan, (ctx, { params, body }) =>
    grantBillingPlan(ctx, params, body),
  );
  mountOperator(mounting, contract.listGrantedPlans, ({ site }, { params, query }) =>
    listGrantedPlans(site, params, query),
  );
  mountOperatorChange(mounting, contract.cancelPlan, (ctx, { params }) =>
    cancelBillingPlan(ctx, params),
  );
}

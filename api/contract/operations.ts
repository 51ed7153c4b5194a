import "./audit.ts";
import "./balance-alerts.ts";
import "./billing.ts";
import "./catalogue.ts";
import "./containers.ts";
import "./invitations.ts";
import "./members.ts";
import "./notebooks.ts";
import "./notices.ts";
import "./operator.ts";
import "./organizations.ts";
import "./plans.ts";
import "./policies.ts";
import "./policy-analysis.ts";
import "./principals.ts";
import "./quota.ts";
import "./site.ts";
import "./volumes.ts";
import "./workspaces.ts";
import { declaredOperations, type Operation } from "./operation.ts";

/** Every operation of the API, in the order of the API description. */
export function allOperations(): readonly Operation[] {
  return declaredOperations();
}

import * as contract from "#contract/policies.ts";
import * as analysis from "#contract/policy-analysis.ts";
import { attachWorkspacePolicy } from "#domain/policies/attach-workspace-policy.ts";
import { auditedCells, auditedChanges } from "#domain/policies/attachment-change.ts";
import { createPolicy } from "#domain/policies/create-policy.ts";
import { deletePolicy } from "#domain/policies/delete-policy.ts";
import { detachWorkspacePolicy } from "#domain/policies/detach-workspace-policy.ts";
import { diffPolicies } from "#domain/policies/diff-policies.ts";
import { getPolicy } from "#domain/policies/get-policy.ts";
import { lintPolicies } from "#domain/policies/lint-policies.ts";
import { listPolicies } from "#domain/policies/list-policies.ts";
import { listWorkspacePolicies } from "#domain/policies/list-workspace-policies.ts";
import { simulatePolicies } from "#domain/policies/simulate-policies.ts";
import { updatePolicy } from "#domain/policies/update-policy.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function policyRoutes(mounting: Mounting): void {
  mountChange(mounting, contract.createPolicy, (ctx, { body }) => createPolicy(ctx, body));
  mountRead(mounting, contract.listPolicies, (ctx, { query }) => listPolicies(ctx, query));
  mountRead(mounting, contract.getPolicy, (ctx) => getPolicy(ctx));
  mountChange(mounting, contract.updatePolicy, (ctx, { body }) => updatePolicy(ctx, body), {
    auditDetails: auditedChanges,
  });
  mountChange(mounting, contract.deletePolicy, (ctx) => deletePolicy(ctx));
  mountRead(mounting, contract.listWorkspacePolicies, (ctx) => listWorkspacePolicies(ctx));
  mountChange(
    mounting,
    contract.attachWorkspacePolicy,
    (ctx, { params, body }) => attachWorkspacePolicy(ctx, { ...params, ...body }),
    { auditDetails: auditedCells },
  );
  mountChange(
    mounting,
    contract.detachWorkspacePolicy,
    (ctx, { params, query }) => detachWorkspacePolicy(ctx, { ...params, ...query }),
    { auditDetails: auditedCells },
  );
  mountRead(mounting, analysis.simulatePolicies, (ctx, { body }) => simulatePolicies(ctx, body));
  mountRead(mounting, analysis.lintPolicies, (ctx, { body }) => lintPolicies(ctx, body));
  mountRead(mounting, analysis.diffPolicies, (ctx, { body }) => diffPolicies(ctx, body));
}

import * as contract from "#contract/members.ts";
import { attachMemberPolicy } from "#domain/members/attach-member-policy.ts";
import { detachMemberPolicy } from "#domain/members/detach-member-policy.ts";
import { getMember } from "#domain/members/get-member.ts";
import { leaveWorkspace } from "#domain/members/leave-workspace.ts";
import { listMemberPolicies } from "#domain/members/list-member-policies.ts";
import { listMembers } from "#domain/members/list-members.ts";
import { putMember } from "#domain/members/put-member.ts";
import { removeMember } from "#domain/members/remove-member.ts";
import { auditedCells } from "#domain/policies/attachment-change.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function memberRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.listMembers, (ctx, { query }) => listMembers(ctx, query));
  mountRead(mounting, contract.getMember, (ctx, { params }) => getMember(ctx, params));
  mountChange(
    mounting,
    contract.putMember,
    (ctx, { params, body }) => putMember(ctx, { ...params, ...body }),
    { auditDetails: ({ role }) => ({ role }) },
  );
  mountChange(mounting, contract.removeMember, (ctx, { params }) => removeMember(ctx, params));
  mountChange(mounting, contract.leaveWorkspace, (ctx) => leaveWorkspace(ctx));
  mountRead(mounting, contract.listMemberPolicies, (ctx, { params }) =>
    listMemberPolicies(ctx, params),
  );
  mountChange(
    mounting,
    contract.attachMemberPolicy,
    (ctx, { params, body }) => attachMemberPolicy(ctx, { ...params, ...body }),
    { auditDetails: auditedCells },
  );
  mountChange(
    mounting,
    contract.detachMemberPolicy,
    (ctx, { params, query }) => detachMemberPolicy(ctx, { ...params, ...query }),
    { auditDetails: auditedCells },
  );
}

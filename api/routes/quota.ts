import * as contract from "#contract/quota.ts";
import { deleteQuota } from "#domain/quota/delete-quota.ts";
import { getQuota } from "#domain/quota/get-quota.ts";
import { putQuota } from "#domain/quota/put-quota.ts";
import { mountChange, mountRead, type Mounting } from "#http/mount.ts";

export function quotaRoutes(mounting: Mounting): void {
  mountRead(mounting, contract.getQuota, (ctx) => getQuota(ctx));
  mountChange(mounting, contract.putQuota, (ctx, { body }) => putQuota(ctx, body), {
    auditDetails: ({ period, limitUsd, enforceOnStart }) => ({ period, limitUsd, enforceOnStart }),
  });
  mountChange(mounting, contract.deleteQuota, (ctx) => deleteQuota(ctx));
}

import * as contract from "#contract/principals.ts";
import { getMe } from "#domain/principals/get-me.ts";
import { createServiceAccount } from "#domain/service-accounts/create-service-account.ts";
import { deleteServiceAccount } from "#domain/service-accounts/delete-service-account.ts";
import { getServiceAccount } from "#domain/service-accounts/get-service-account.ts";
import { listServiceAccounts } from "#domain/service-accounts/list-service-accounts.ts";
import { createToken } from "#domain/tokens/create-token.ts";
import { issueToken } from "#domain/tokens/issue-token.ts";
import { listTokens } from "#domain/tokens/list-tokens.ts";
import { withoutSecret } from "#domain/tokens/present-token.ts";
import { revokeToken } from "#domain/tokens/revoke-token.ts";
import {
  mountChange,
  mountRead,
  mountSelfChange,
  mountSelfRead,
  type Mounting,
} from "#http/mount.ts";

export function principalRoutes(mounting: Mounting): void {
  mountSelfRead(mounting, contract.getMe, (ctx) => getMe(ctx));
  mountSelfChange(mounting, contract.createToken, (ctx, { body }) => createToken(ctx, body), {
    redact: withoutSecret,
  });
  mountSelfRead(mounting, contract.listTokens, ({ site, actor }, { query }) =>
    // A token of one Workspace knows nothing of the rest (ID-3).
    listTokens(
      site,
      { principalId: actor.principalId, workspaceId: actor.credential.workspaceId },
      query,
    ),
  );
  mountSelfChange(mounting, contract.revokeToken, ({ tx, actor }, { params }) =>
    revokeToken(tx, actor.principalId, params.tokenId),
  );
  serviceAccountRoutes(mounting);
}

function serviceAccountRoutes(mounting: Mounting): void {
  mountChange(mounting, contract.createServiceAccount, (ctx, { body }) =>
    createServiceAccount(ctx, body),
  );
  mountRead(mounting, contract.listServiceAccounts, (ctx, { query }) =>
    listServiceAccounts(ctx, query),
  );
  mountRead(mounting, contract.getServiceAccount, (ctx) => getServiceAccount(ctx));
  mountChange(mounting, contract.deleteServiceAccount, (ctx) => deleteServiceAccount(ctx));
  mountChange(
    mounting,
    contract.createServiceAccountToken,
    ({ tx, authorization }, { body }) => issueToken(tx, authorization.target.id, body),
    { redact: withoutSecret },
  );
  mountRead(mounting, contract.listServiceAccountTokens, ({ site, authorization }, { query }) =>
    listTokens(site, { principalId: authorization.target.id, workspaceId: null }, query),
  );
  mountChange(mounting, contract.revokeServiceAccountToken, ({ tx, authorization }, { params }) =>
    revokeToken(tx, authorization.target.id, params.tokenId),
  );
}

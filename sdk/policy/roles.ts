/**
 * The role table (RBAC-7): operation × role, in one place. Routes, the policy engine, the API description and the
 * tests read it; an operation that is not in it does not exist. Keys are the `operationId`s of the API.
 */

/** What an operation is done to; it decides how the caller's role is found and what an outsider sees (RBAC-6). */
export type TargetKind =
  | "site"
  | "self"
  | "operator"
  | "organization"
  | "workspace"
  | "policy"
  | "serviceAccount"
  | "invitation"
  | "template"
  | "notebook"
  | "container"
  | "volume";

/** `own`: only for what the caller created (RBAC-3). */
export type Grant = "yes" | "own" | "no";

export interface OperationRow {
  readonly target: TargetKind;
  readonly Owner: Grant;
  readonly Admin: Grant;
  readonly Member: Grant;
  /** The Policy action that must also be allowed (POL-3); absent where Policies have no say. */
  readonly action?: string;
  /** The operation that shows the item: whoever lacks it is answered 404 instead of 403 (RBAC-6). */
  readonly shownBy?: string;
}

const everyone = { Owner: "yes", Admin: "yes", Member: "yes" } as const;
const managers = { Owner: "yes", Admin: "yes", Member: "no" } as const;
const owner = { Owner: "yes", Admin: "no", Member: "no" } as const;
const ownOrManager = { Owner: "yes", Admin: "yes", Member: "own" } as const;

const site = { target: "site", ...everyone } as const;
const self = { target: "self", ...everyone } as const;
const operator = { target: "operator", Owner: "no", Admin: "no", Member: "no" } as const;

export const OPERATIONS = {
  getHealth: site,
  getReadiness: site,
  getOpenApi: site,

  getMe: self,
  createOrganization: self,
  listOrganizations: self,
  createToken: self,
  listTokens: self,
  revokeToken: self,
  acceptInvitation: self,

  listRegions: self,
  listFlavors: self,
  listImages: self,
  listTemplates: self,
  listStoragePrices: self,

  getOrganization: { target: "organization", ...everyone },
  updateOrganization: { target: "organization", ...owner },

  createWorkspace: { target: "organization", ...owner },
  listWorkspaces: { target: "organization", ...everyone },
  getWorkspace: { target: "workspace", ...everyone },
  updateWorkspace: { target: "workspace", ...owner },
  deleteWorkspace: { target: "workspace", ...owner },

  listServices: { target: "workspace", ...everyone },
  enableService: { target: "workspace", ...owner },
  disableService: { target: "workspace", ...owner },

  listMembers: { target: "workspace", ...managers },
  getMember: { target: "workspace", ...managers },
  putMember: { target: "workspace", ...managers },
  removeMember: { target: "workspace", ...managers },
  leaveWorkspace: { target: "workspace", Owner: "no", Admin: "yes", Member: "yes" },
  listMemberPolicies: { target: "workspace", ...managers },
  attachMemberPolicy: { target: "workspace", ...owner },
  detachMemberPolicy: { target: "workspace", ...owner },

  createInvitation: { target: "workspace", ...managers },
  listInvitations: { target: "workspace", ...managers },
  getInvitation: { target: "invitation", ...managers, shownBy: "getInvitation" },
  revokeInvitation: { target: "invitation", ...managers, shownBy: "getInvitation" },

  createPolicy: { target: "organization", ...owner },
  listPolicies: { target: "organization", ...managers },
  simulatePolicies: { target: "organization", ...managers },
  lintPolicies: { target: "organization", ...managers },
  diffPolicies: { target: "organization", ...managers },
  getPolicy: { target: "policy", ...managers, shownBy: "getPolicy" },
  updatePolicy: { target: "policy", ...owner, shownBy: "getPolicy" },
  deletePolicy: { target: "policy", ...owner, shownBy: "getPolicy" },
  listWorkspacePolicies: { target: "workspace", ...managers },
  attachWorkspacePolicy: { target: "workspace", ...managers },
  detachWorkspacePolicy: { target: "workspace", ...managers },

  getQuota: { target: "workspace", ...managers },
  putQuota: { target: "workspace", ...managers },
  deleteQuota: { target: "workspace", ...managers },

  createServiceAccount: { target: "organization", ...owner },
  listServiceAccounts: { target: "organization", ...owner },
  getServiceAccount: { target: "serviceAccount", ...owner, shownBy: "getServiceAccount" },
  deleteServiceAccount: { target: "serviceAccount", ...owner, shownBy: "getServiceAccount" },
  createServiceAccountToken: { target: "serviceAccount", ...owner, shownBy: "getServiceAccount" },
  listServiceAccountTokens: { target: "serviceAccount", ...owner, shownBy: "getServiceAccount" },
  revokeServiceAccountToken: { target: "serviceAccount", ...owner, shownBy: "getServiceAccount" },

  createWorkspaceTemplate: { target: "workspace", ...everyone },
  listWorkspaceTemplates: { target: "workspace", ...everyone },
  getWorkspaceTemplate: { target: "template", ...everyone, shownBy: "getWorkspaceTemplate" },
  deleteWorkspaceTemplate: { target: "template", ...ownOrManager, shownBy: "getWorkspaceTemplate" },

  createNotebook: { target: "workspace", ...everyone, action: "notebook:create" },
  listNotebooks: { target: "workspace", ...everyone, action: "notebook:read" },
  getNotebook: { target: "notebook", ...everyone, action: "notebook:read" },
  updateNotebook: { target: "notebook", ...ownOrManager, action: "notebook:update" },
  deleteNotebook: { target: "notebook", ...ownOrManager, action: "notebook:delete" },
  startNotebook: { target: "notebook", ...ownOrManager, action: "notebook:start" },
  stopNotebook: { target: "notebook", ...ownOrManager, action: "notebook:stop" },
  recreateNotebook: { target: "notebook", ...ownOrManager, action: "notebook:recreate" },
  getNotebookAccess: { target: "notebook", ...ownOrManager, action: "notebook:access" },
  listNotebookEvents: { target: "notebook", ...ownOrManager, action: "notebook:access" },
  getNotebookLogs: { target: "notebook", ...ownOrManager, action: "notebook:access" },
  createNotebookAccessSession: {
    target: "notebook",
    ...ownOrManager,
    action: "notebook:access",
  },
  openNotebookTerminal: { target: "notebook", ...ownOrManager, action: "notebook:access" },

  createContainer: { target: "workspace", ...everyone, action: "container:create" },
  listContainers: { target: "workspace", ...everyone, action: "container:read" },
  getContainer: { target: "container", ...everyone, action: "container:read" },
  updateContainer: { target: "container", ...ownOrManager, action: "container:update" },
  deleteContainer: { target: "container", ...ownOrManager, action: "container:delete" },
  startContainer: { target: "container", ...ownOrManager, action: "container:start" },
  stopContainer: { target: "container", ...ownOrManager, action: "container:stop" },
  restartContainer: { target: "container", ...ownOrManager, action: "container:restart" },
  getContainerAccess: { target: "container", ...ownOrManager, action: "container:access" },
  listContainerEvents: { target: "container", ...ownOrManager, action: "container:access" },
  getContainerLogs: { target: "container", ...ownOrManager, action: "container:access" },
  createContainerAccessSession: {
    target: "container",
    ...ownOrManager,
    action: "container:access",
  },
  openContainerTerminal: { target: "container", ...ownOrManager, action: "container:access" },

  createVolume: { target: "workspace", ...everyone, action: "container:create-volume" },
  listVolumes: { target: "workspace", ...everyone, action: "container:read" },
  getVolume: { target: "volume", ...everyone, action: "container:read" },
  updateVolume: { target: "volume", ...ownOrManager, action: "container:create-volume" },
  attachVolume: { target: "volume", ...ownOrManager, action: "container:update" },
  detachVolume: { target: "volume", ...ownOrManager, action: "container:update" },
  deleteVolume: { target: "volume", ...ownOrManager, action: "container:delete-volume" },

  getWallet: { target: "organization", ...owner },
  listCreditHistory: { target: "organization", ...owner },
  exportCreditHistory: { target: "organization", ...owner },
  getInvoice: { target: "organization", ...owner },
  redeemVoucher: { target: "organization", ...owner },
  listVouchers: { target: "organization", ...owner },
  listPlans: { target: "organization", ...owner },
  getWorkspaceUsage: { target: "workspace", ...managers },
  getOrganizationUsage: { target: "organization", ...owner },
  createBalanceAlert: { target: "organization", ...owner },
  listBalanceAlerts: { target: "organization", ...owner },
  getBalanceAlert: { target: "organization", ...owner },
  putBalanceAlert: { target: "organization", ...owner },
  deleteBalanceAlert: { target: "organization", ...owner },
  listNotices: { target: "organization", ...owner },
  listWorkspaceNotices: { target: "workspace", ...managers },
  listAuditEvents: { target: "organization", ...managers },
  getPolicySet: { target: "organization", ...managers },

  issueVoucher: operator,
  grantPlan: operator,
  listGrantedPlans: operator,
  cancelPlan: operator,
  mintToken: operator,
  getClock: operator,
  advanceClock: operator,
  listWorkItems: operator,
  retryWorkItem: operator,
  injectFailure: operator,
  listFailures: operator,
  clearFailure: operator,
} as const satisfies Record<string, OperationRow>;

/** The `operationId` of an endpoint. */
export type OperationId = keyof typeof OPERATIONS;

/** The row of an operation. */
export function operationRow(operation: OperationId): OperationRow {
  return OPERATIONS[operation];
}

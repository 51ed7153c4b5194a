import { OPERATIONS, type OperationId } from "@aifactory/sdk/policy";
import { allOperations } from "../../api/contract/operations.ts";
import {
  aBalanceAlert,
  aMembershipToLeave,
  anInvitationElsewhere,
  attachPolicy,
  containerIn,
  grantPlan,
  invitationIn,
  issueFailure,
  makePolicy,
  notebookIn,
  parkWorkItem,
  storePolicySet,
  templateIn,
  volumeIn,
  type Place,
} from "./fixture-targets.ts";
import { issueVoucher, makeServiceAccount, makeToken, must } from "./fixture.ts";
import { samplesOf, uniqueName } from "./samples.ts";

/** A request that is right in every way but, perhaps, in who asks. */
export interface FixtureRequest {
  readonly params: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  /** Used instead of the caller's token, where the request needs a Workspace of its own. */
  readonly token?: string;
}

type Make = (place: Place) => Promise<Partial<FixtureRequest>>;

/** Makes a fresh target for an operation, and the request for it. */
export async function requestFor(operation: OperationId, place: Place): Promise<FixtureRequest> {
  const made = await (SPECIAL[operation] ?? byTarget(operation))(place);
  const params = made.params ?? {};
  if (made.body !== undefined || !hasBody(operation)) return { ...made, params };
  const references = {
    organizationId: place.site.organizationId,
    workspaceId: place.workspaceId,
    containerId: "",
    voucherCode: "",
  };
  return { ...made, params, body: samplesOf(operation, references)[0] };
}

/** The path of an operation with its parameters filled in, and its query. */
export function pathOf(
  operation: { path: string },
  { params, query }: Pick<FixtureRequest, "params" | "query">,
): string {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name]!),
  );
  return query === undefined ? path : `${path}?${new URLSearchParams(query)}`;
}

function hasBody(id: OperationId): boolean {
  return allOperations().find((operation) => operation.id === id)!.body !== null;
}

/** Where the kind of the target says all. */
function byTarget(operation: OperationId): Make {
  switch (OPERATIONS[operation].target) {
    case "organization":
      return async ({ site }) => ({ params: { organizationId: site.organizationId } });
    case "workspace":
      return async ({ workspaceId }) => ({ params: { workspaceId } });
    case "policy":
      return async (place) => ({ params: { policyId: await makePolicy(place) } });
    case "serviceAccount":
      return async ({ site }) => {
        const { userId } = await makeServiceAccount(site, {});
        return { params: { serviceAccountId: userId } };
      };
    case "invitation":
      return async (place) => ({ params: { invitationId: await invitationIn(place) } });
    case "template":
      return async (place) => ({ params: { templateId: await templateIn(place) } });
    case "notebook":
      return async (place) => ({ params: { notebookId: await notebookIn(place) } });
    case "container":
      return async (place) => ({ params: { containerId: await containerIn(place) } });
    case "volume":
      return async (place) => ({ params: { volumeId: await volumeIn(place) } });
    default:
      return async () => ({});
  }
}

/** A person who is in another Workspace of the Organization: known, and not yet a member here. */
async function acquaintance({ site, elsewhere }: Place): Promise<string> {
  return (await site.mint(`${uniqueName()}@example.com`, { [elsewhere]: "Member" })).userId;
}

async function memberOf({ site, workspaceId }: Place): Promise<string> {
  return (await site.mint(`${uniqueName()}@example.com`, { [workspaceId]: "Member" })).userId;
}

const aMember: Make = async (place) => ({
  params: { workspaceId: place.workspaceId, userId: await memberOf(place) },
});

const anAttachedPolicy: Make = async (place) => {
  const policyId = await makePolicy(place);
  await attachPolicy(place, { policyId });
  return { params: { workspaceId: place.workspaceId, policyId } };
};

const anOrganization: Make = async ({ site }) => ({
  params: { organizationId: site.organizationId },
});

const aService: Make = async ({ workspaceId }) => ({
  params: { workspaceId, service: "inference" },
});

const aQuota: Make = async ({ site, workspaceId }) => {
  const body = { period: "month", limitUsd: "1000000" };
  await must(
    site.request("PUT", `/v1/workspaces/${workspaceId}/quota`, { token: site.ownerToken, body }),
  );
  return { params: { workspaceId } };
};

/** What the kind of the target alone does not say. */
const SPECIAL: Partial<Record<OperationId, Make>> = {
  revokeToken: async ({ site, creator }) => ({
    params: { tokenId: (await makeToken(site, creator)).id },
  }),
  createToken: async () => ({ body: { name: uniqueName() } }),

  acceptInvitation: anInvitationElsewhere,
  leaveWorkspace: aMembershipToLeave,

  deleteWorkspace: async ({ site, workspaceId: here, bound, refused }) => {
    if (refused) return { params: { workspaceId: here } };
    const workspaceId = await site.createWorkspace();
    const params = { workspaceId };
    if (!bound) return { params };
    const { token } = await makeToken(site, site.ownerToken, { workspaceId });
    return { params, token };
  },
  enableService: aService,
  disableService: aService,

  getMember: aMember,
  removeMember: aMember,
  listMemberPolicies: aMember,
  putMember: async (place) => ({
    params: { workspaceId: place.workspaceId, userId: await acquaintance(place) },
  }),
  attachMemberPolicy: async (place) => ({
    params: {
      workspaceId: place.workspaceId,
      userId: await memberOf(place),
      policyId: await makePolicy(place),
    },
  }),
  detachMemberPolicy: async (place) => {
    const userId = await memberOf(place);
    const policyId = await makePolicy(place);
    await attachPolicy(place, { policyId, userId });
    return { params: { workspaceId: place.workspaceId, userId, policyId } };
  },
  attachWorkspacePolicy: async (place) => ({
    params: { workspaceId: place.workspaceId, policyId: await makePolicy(place) },
  }),
  detachWorkspacePolicy: anAttachedPolicy,
  getQuota: aQuota,
  deleteQuota: aQuota,

  getBalanceAlert: aBalanceAlert,
  putBalanceAlert: aBalanceAlert,
  deleteBalanceAlert: aBalanceAlert,

  createServiceAccountToken: async ({ site }) => ({
    params: { serviceAccountId: (await makeServiceAccount(site, {})).userId },
    body: { name: uniqueName() },
  }),
  revokeServiceAccountToken: async ({ site }) => {
    const account = await makeServiceAccount(site, {});
    const listed = await must(
      site.request("GET", `/v1/service-accounts/${account.userId}/tokens`, {
        token: site.ownerToken,
      }),
    );
    return { params: { serviceAccountId: account.userId, tokenId: listed.items[0].id } };
  },

  startNotebook: async (place) => ({
    params: { notebookId: await notebookIn(place, "stopped") },
  }),
  recreateNotebook: async (place) => ({
    params: { notebookId: await notebookIn(place, "stopped") },
  }),
  getNotebookAccess: async (place) => ({
    params: { notebookId: await notebookIn(place, "running") },
  }),
  createNotebookAccessSession: async (place) => ({
    params: { notebookId: await notebookIn(place, "running") },
  }),
  createContainerAccessSession: async (place) => ({
    params: { containerId: await containerIn(place, "running") },
  }),
  openNotebookTerminal: async (place) => ({
    params: { notebookId: await notebookIn(place, "running") },
  }),
  openContainerTerminal: async (place) => ({
    params: { containerId: await containerIn(place, "running") },
  }),
  startContainer: async (place) => ({
    params: { containerId: await containerIn(place, "stopped") },
  }),
  restartContainer: async (place) => ({
    params: { containerId: await containerIn(place, "running") },
  }),
  getContainerAccess: async (place) => ({
    params: { containerId: await containerIn(place, "running") },
  }),
  attachVolume: async (place) => ({
    params: { volumeId: await volumeIn(place) },
    body: { containerId: await containerIn(place, "stopped"), mountPath: "/mnt/data" },
  }),
  detachVolume: async (place) => {
    const containerId = await containerIn(place, "stopped");
    return { params: { volumeId: await volumeIn(place, containerId) } };
  },

  getInvoice: async ({ site }) => ({
    params: { organizationId: site.organizationId },
    query: { month: "2026-11" },
  }),
  redeemVoucher: async ({ site }) => ({
    params: { organizationId: site.organizationId },
    body: { code: await issueVoucher(site) },
  }),
  grantPlan: anOrganization,
  listGrantedPlans: anOrganization,
  cancelPlan: async ({ site }) => ({ params: { planId: await grantPlan(site) } }),
  mintToken: async ({ site, workspaceId }) => ({
    body: {
      organizationId: site.organizationId,
      email: `${uniqueName()}@example.com`,
      workspaces: [{ workspaceId, role: "Member" }],
    },
  }),
  getPolicySet: async (place) => ({
    params: {
      organizationId: place.site.organizationId,
      policySet: await storePolicySet(place),
    },
  }),
  injectFailure: async () => ({
    body: { region: "hanoi", failure: "crash", image: "docker.io/never/used:1", count: 1 },
  }),
  clearFailure: async ({ site }) => ({ params: { failureId: await issueFailure(site) } }),
  retryWorkItem: async ({ site }) => ({ params: await parkWorkItem(site) }),
};

import { randomUUID } from "node:crypto";
import { policySetText } from "@aifactory/sdk/policy";
import { keyOf } from "../../api/domain/ids.ts";
import { must } from "./fixture.ts";
import { codeOf } from "./invitations.ts";
import type { TestSite } from "./site.ts";
import { samplesOf, uniqueName } from "./samples.ts";

/** Where targets are made, and as whom. */
export interface Place {
  readonly site: TestSite;
  readonly workspaceId: string;
  /** Another Workspace of the same Organization. */
  readonly elsewhere: string;
  /** The token of whoever is to own the target. */
  readonly creator: string;
  /** The caller's token works in one Workspace only. */
  readonly bound?: boolean;
  /** The request will be refused, so that it may aim at what the test needs later. */
  readonly refused?: boolean;
}

const NO_REFERENCES = { organizationId: "", workspaceId: "", containerId: "", voucherCode: "" };

/** A Policy that allows everything, so that attaching it takes nothing from anybody. */
export async function makePolicy({ site }: Pick<Place, "site">): Promise<string> {
  const allow = (service: string) => ({ effect: "Allow", service, regions: "*", actions: "*" });
  const statements = ["notebook", "container", "inference"].map(allow);
  return writePolicy(site, statements);
}

export async function writePolicy(site: TestSite, statements: unknown[]): Promise<string> {
  const path = `/v1/organizations/${site.organizationId}/policies`;
  const body = { name: uniqueName(), statements };
  return (await must(site.request("POST", path, { token: site.ownerToken, body }))).id;
}

/** Attaches to the Workspace, or to a membership of it. */
export async function attachPolicy(
  { site, workspaceId }: Pick<Place, "site" | "workspaceId">,
  { policyId, userId }: { policyId: string; userId?: string },
): Promise<void> {
  const membership = userId === undefined ? "" : `/members/${userId}`;
  const path = `/v1/workspaces/${workspaceId}${membership}/policies/${policyId}`;
  await must(site.request("PUT", path, { token: site.ownerToken }));
}

/** An invitation that is pending. */
export async function invitationIn({
  site,
  workspaceId,
}: Pick<Place, "site" | "workspaceId">): Promise<string> {
  const [body] = samplesOf("createInvitation", NO_REFERENCES);
  const path = `/v1/workspaces/${workspaceId}/invitations`;
  return (await must(site.request("POST", path, { token: site.ownerToken, body }))).id;
}

/** An invitation of the creator to a Workspace of an Organization that is not the creator's. */
export async function anInvitationElsewhere({ site, creator, refused }: Place) {
  const [fallback] = samplesOf("acceptInvitation", NO_REFERENCES);
  if (refused) return { body: fallback };
  const { email } = await must(site.request("GET", "/v1/me", { token: creator }));
  const { organizationId, token } = await site.createOrganization(uniqueName());
  const workspaceId = await site.createWorkspace({ organizationId, ownerToken: token });
  const path = `/v1/workspaces/${workspaceId}/invitations`;
  await must(site.request("POST", path, { token, body: { email, role: "Member" } }));
  return { body: { code: await codeOf(site, email) } };
}

/** A Workspace of its own in which the creator has the role that it has in the place's. */
export async function aMembershipToLeave({ site, workspaceId: here, creator, refused }: Place) {
  if (refused) return { params: { workspaceId: here } };
  const me = await must(site.request("GET", "/v1/me", { token: creator }));
  const { role } = me.memberships.find(
    (it: { workspaceId: string | null }) => it.workspaceId === here,
  );
  const workspaceId = await site.createWorkspace();
  const path = `/v1/workspaces/${workspaceId}/members/${me.id}`;
  await must(site.request("PUT", path, { token: site.ownerToken, body: { role } }));
  return { params: { workspaceId } };
}

type State = "creating" | "running" | "stopped";

export async function notebookIn(place: Place, state: State = "creating"): Promise<string> {
  const [body] = samplesOf("createNotebook", NO_REFERENCES);
  return bring(place, "notebooks", body, state);
}

export async function containerIn(place: Place, state: State = "creating"): Promise<string> {
  const [body] = samplesOf("createContainer", NO_REFERENCES);
  return bring(place, "containers", body, state);
}

/** A volume, attached to a stopped container where one is given. */
export async function volumeIn(place: Place, containerId?: string): Promise<string> {
  const { site, workspaceId, creator: token } = place;
  const [body] = samplesOf("createVolume", NO_REFERENCES);
  const { id } = await must(
    site.request("POST", `/v1/workspaces/${workspaceId}/volumes`, { token, body }),
  );
  if (containerId === undefined) return id;
  const attachment = { containerId, mountPath: "/mnt/data" };
  await must(site.request("POST", `/v1/volumes/${id}/attach`, { token, body: attachment }));
  return id;
}

export async function templateIn({ site, workspaceId, creator }: Place): Promise<string> {
  const [body] = samplesOf("createWorkspaceTemplate", NO_REFERENCES);
  const path = `/v1/workspaces/${workspaceId}/templates`;
  return (await must(site.request("POST", path, { token: creator, body }))).id;
}

/** A billing plan that has not begun. */
export async function grantPlan(site: TestSite): Promise<string> {
  const [body] = samplesOf("grantPlan", NO_REFERENCES);
  const path = `/v1/operator/organizations/${site.organizationId}/plans`;
  return (await must(site.request("POST", path, { token: site.operatorToken, body }))).id;
}

/** A balance alert, as the parameters that name it. */
export async function aBalanceAlert({ site }: Place) {
  const { organizationId, ownerToken: token } = site;
  const [body] = samplesOf("createBalanceAlert", NO_REFERENCES);
  const path = `/v1/organizations/${organizationId}/balance-alerts`;
  const { id } = await must(site.request("POST", path, { token, body }));
  return { params: { organizationId, alertId: id } };
}

/** A failure on demand that strikes nothing. */
export async function issueFailure(site: TestSite): Promise<string> {
  const body = { region: "hanoi", failure: "crash", image: "docker.io/never/used:1" };
  const path = "/v1/operator/simulator/failures";
  return (await must(site.request("POST", path, { token: site.operatorToken, body }))).id;
}

/** A work item that was given up. */
export async function parkWorkItem(site: TestSite): Promise<{ kind: string; key: string }> {
  const key = randomUUID();
  await site.testDatabase.database.pool.query(
    `insert into work_items (kind, key, due_at, run_after, attempts, parked_at, last_error)
     values ('reconcileResource', $1, now(), now(), 9, now(), 'given up')`,
    [key],
  );
  return { kind: "reconcileResource", key };
}

/** A policy set that decisions of both Workspaces were made under, so that the Admins of either may see it. */
export async function storePolicySet({ site, workspaceId, elsewhere }: Place): Promise<string> {
  const subject = { role: "Owner", services: {}, boundaries: [], identityPolicies: [] } as const;
  const content = policySetText({ ...subject, regions: [uniqueName()] });
  const { rows } = await site.testDatabase.database.pool.query<{ hash: string }>(
    `insert into policy_sets (organization_id, workspace_id, hash, content, created_at)
     select $1, unnest($2::uuid[]), 'sha256:' || encode(sha256(convert_to($3, 'UTF8')), 'hex'), $3, site_now()
     returning hash`,
    [keyOf(site.organizationId), [...new Set([workspaceId, elsewhere])].map(keyOf), content],
  );
  return rows[0]!.hash;
}

async function bring(
  { site, workspaceId, creator: token }: Place,
  collection: "notebooks" | "containers",
  body: unknown,
  state: State,
): Promise<string> {
  const { id } = await must(
    site.request("POST", `/v1/workspaces/${workspaceId}/${collection}`, { token, body }),
  );
  if (state === "stopped")
    await must(site.request("POST", `/v1/${collection}/${id}/stop`, { token }));
  if (state !== "creating") await observe(site, id, state);
  return id;
}

/** Records what a worker would have seen, so that a role test needs none. */
async function observe(site: TestSite, id: string, state: "running" | "stopped"): Promise<void> {
  const running = state === "running";
  const now = new Date().toISOString();
  const observed = {
    generation: 1,
    phase: running ? "ready" : "gone",
    cause: null,
    exitCode: null,
    restarts: 0,
    intervals: running ? [{ generation: 1, runningSince: now, stoppedAt: null }] : [],
    endpoints: running ? [{ port: 8888, protocol: "HTTP", address: "http://127.0.0.1:9" }] : [],
  };
  await site.testDatabase.database.pool.query(
    `update resources set observed = $2, observed_at = site_now(), status = $3, running_since = $4,
       running_generation = $5
     where id = $1`,
    [
      keyOf(id),
      observed,
      running ? "RUNNING" : "STOPPED",
      running ? now : null,
      running ? 1 : null,
    ],
  );
}

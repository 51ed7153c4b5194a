import type { Answer } from "../../../test/support/request.ts";
import type { TestSite } from "../../../test/support/site.ts";
import type { GeneratedProgram } from "./agreement-cases.ts";

/** A generated program's Organization on a real control plane, before the program is applied. */
export interface Made {
  readonly organizationId: string;
  readonly ownerToken: string;
  readonly principal: { readonly id: string; readonly token: string };
  readonly workspaceIds: readonly string[];
  /** By number of the Policy; undefined for what the program is to make. */
  readonly policyIds: (string | undefined)[];
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Answer["body"]>;

function asker(site: TestSite, token: string): Ask {
  return async (method, path, body) => {
    const answer = await site.request(
      method,
      path,
      body === undefined ? { token } : { token, body },
    );
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}

/** Makes an Organization of its own, of the site's one Owner, with Workspaces, principal, and the Policies that are saved before the program. */
export async function makeBefore(
  site: TestSite,
  program: GeneratedProgram,
  serial: number,
): Promise<Made> {
  const { ownerToken } = site;
  const ask = asker(site, ownerToken);
  const organizationId = (await ask("POST", "/v1/organizations", { name: `program ${serial}` })).id;
  const workspaceIds: string[] = [];
  for (let at = 0; at < program.workspaces; at += 1)
    workspaceIds.push(await site.createWorkspace({ organizationId, ownerToken, name: `ws${at}` }));
  const principal =
    program.principal === "Owner"
      ? { id: site.ownerId, token: ownerToken }
      : await makePrincipal(site, ask, { organizationId, workspaceIds, serial, program });
  const made = { organizationId, ownerToken, principal, workspaceIds, policyIds: [] as string[] };
  for (const [at, policy] of program.policies.entries())
    if (policy.origin !== "new") {
      const statements = policy.origin === "changed" ? policy.before : policy.statements;
      await addPolicy(ask, made, program, at, statements);
    }
  return made;
}

async function makePrincipal(
  site: TestSite,
  ask: Ask,
  about: {
    readonly organizationId: string;
    readonly workspaceIds: readonly string[];
    readonly serial: number;
    readonly program: GeneratedProgram;
  },
): Promise<Made["principal"]> {
  const { organizationId, workspaceIds, serial, program } = about;
  if (program.principal !== "service account") {
    const answer = await site.request("POST", "/v1/operator/tokens", {
      token: site.operatorToken,
      body: {
        organizationId,
        email: `person-${serial}@example.com`,
        workspaces: workspaceIds.map((workspaceId) => ({ workspaceId, role: program.principal })),
      },
    });
    return { id: answer.body.userId, token: answer.body.token };
  }
  const { id } = await ask("POST", `/v1/organizations/${organizationId}/service-accounts`, {
    name: "robot",
  });
  for (const workspaceId of workspaceIds)
    await ask("PUT", `/v1/workspaces/${workspaceId}/members/${id}`, { role: "Member" });
  const issued = await ask("POST", `/v1/service-accounts/${id}/tokens`, { name: "robot" });
  return { id, token: issued.token };
}

async function addPolicy(
  ask: Ask,
  made: Made,
  { policies }: GeneratedProgram,
  at: number,
  statements: unknown,
): Promise<void> {
  const { place, as } = policies[at]!;
  const body = { name: `policy-${at}`, statements };
  const { id } = await ask("POST", `/v1/organizations/${made.organizationId}/policies`, body);
  made.policyIds[at] = id;
  const workspace = `/v1/workspaces/${made.workspaceIds[place]}`;
  const to = as === "boundary" ? workspace : `${workspace}/members/${made.principal.id}`;
  // Nothing binds the Owner, who is no member of a Workspace either.
  if (as === "boundary" || made.principal.token !== made.ownerToken)
    await ask("PUT", `${to}/policies/${id}`);
}

/** Applies the program's Policies, then asks the control plane, as the principal, for each resource; answers the refused ones. */
export async function refusedByApi(
  site: TestSite,
  program: GeneratedProgram,
  made: Made,
): Promise<string[]> {
  const ask = asker(site, made.ownerToken);
  for (const [at, { origin, statements }] of program.policies.entries()) {
    if (origin === "new") await addPolicy(ask, made, program, at, statements);
    if (origin === "changed")
      await ask("PATCH", `/v1/policies/${made.policyIds[at]}`, { statements });
  }
  const refused: string[] = [];
  for (const [at, { place, cell }] of program.wanted.entries()) {
    const answer = await create(site, made.workspaceIds[place]!, made.principal.token, cell);
    // The Organization has no credit: what Policies let through is refused for the balance, and nothing is made.
    if (answer.body.code === "policy_denied") refused.push(`wanted-${at}`);
    else if (answer.body.code !== "insufficient_balance")
      throw new Error(`not the boundary's answer: ${JSON.stringify(answer.body)}`);
  }
  return refused;
}

function create(
  site: TestSite,
  workspaceId: string,
  token: string,
  { kind, region, flavor }: GeneratedProgram["wanted"][number]["cell"],
): Promise<Answer> {
  const place = `/v1/workspaces/${workspaceId}`;
  const post = (path: string, body: object) =>
    site.request("POST", `${place}/${path}`, { token, body: { name: "n", region, ...body } });
  if (kind === "Volume") return post("volumes", { sizeGib: 10 });
  if (kind === "GpuContainer") return post("containers", { flavor, template: "ubuntu" });
  return post("notebooks", { flavor, image: "jupyter-base", homeVolume: { sizeGib: 10 } });
}

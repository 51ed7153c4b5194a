import type { Role } from "@aifactory/sdk/policy";
import defaultSite from "../../api/domain/catalogue/default-site.json" with { type: "json" };
import { Catalogue } from "../../api/domain/catalogue/catalogue.ts";
import { siteFile } from "../../api/domain/catalogue/schema.ts";
import type { Answer } from "./request.ts";
import type { Person, TestSite } from "./site.ts";
import { uniqueName } from "./samples.ts";

/** An answer that must be a success; what tests prepare is not what they test. */
export async function must(asked: Promise<Answer>): Promise<Answer["body"]> {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** What somebody who asks is, in the fixture's Workspace `here`, and what restricts the credential. */
export interface Standing {
  readonly kind: "user" | "serviceAccount" | "operator" | "nobody";
  /** Its role in the Workspace `here`; null when it has none. */
  readonly roleHere: Role | null;
  /** The highest role it holds in the Organization. */
  readonly roleInOrganization: Role | null;
  /** Whether it has made what it asks for. */
  readonly owns: boolean;
  readonly readOnly: boolean;
  /** The Workspace that its token is restricted to. */
  readonly boundTo: "here" | "elsewhere" | null;
}

const stranger: Standing = {
  kind: "user",
  roleHere: null,
  roleInOrganization: null,
  owns: false,
  readOnly: false,
  boundTo: null,
};
const owner = { ...stranger, roleHere: "Owner", roleInOrganization: "Owner" } as const;
const admin = { ...stranger, roleHere: "Admin", roleInOrganization: "Admin" } as const;
const member = { ...stranger, roleHere: "Member", roleInOrganization: "Member" } as const;

/** Everyone who asks. */
export const STANDINGS = {
  Owner: owner,
  "Admin here": admin,
  "Admin elsewhere": { ...stranger, roleInOrganization: "Admin" },
  "Member owning": { ...member, owns: true },
  "Member not owning": member,
  "Member elsewhere": { ...stranger, roleInOrganization: "Member" },
  "service account as Admin here": { ...admin, kind: "serviceAccount" },
  "service account owning": { ...member, kind: "serviceAccount", owns: true },
  "service account not owning": { ...member, kind: "serviceAccount" },
  "Owner of another Organization": stranger,
  "no token": { ...stranger, kind: "nobody" },
  "revoked token of the Owner": { ...stranger, kind: "nobody" },
  operator: { ...stranger, kind: "operator" },
  "read-only token of the Admin": { ...admin, readOnly: true },
  "token of the Owner for this Workspace": { ...owner, boundTo: "here" },
  "token of the Owner for another Workspace": { ...owner, boundTo: "elsewhere" },
} as const satisfies Record<string, Standing>;

export type ActorName = keyof typeof STANDINGS;

export interface Actor extends Standing {
  /** What it sends; null sends nothing. */
  readonly token: string | null;
  /** A credential of the same principal without restrictions, to make what is its own. */
  readonly unrestricted: string;
}

/** A funded Organization with two Workspaces, and people and programs of every standing. */
export interface Fixture {
  readonly site: TestSite;
  readonly here: string;
  readonly elsewhere: string;
  /** A Member who makes what is not the asking actor's own. */
  readonly bystander: Person;
  readonly actors: Readonly<Record<ActorName, Actor>>;
}

/** The shipped catalogue with a hundred times its nodes: tests of other things do not run out of stock. */
export function roomyCatalogue(): Catalogue {
  const { regions, ...file } = siteFile.parse(defaultSite);
  for (const cluster of regions.flatMap((region) => region.clusters))
    if (cluster.kind === "simulator") for (const node of cluster.nodes) node.count *= 100;
  return new Catalogue({ ...file, regions });
}

/** Makes the Organization of a role test on a site. */
export async function makeFixture(site: TestSite): Promise<Fixture> {
  await fund(site);
  const here = await site.createWorkspace({ name: "here" });
  const elsewhere = await site.createWorkspace({ name: "elsewhere" });
  const places = { here, elsewhere };
  const bystander = await site.mint("bystander@example.com", { [here]: "Member" });
  return { site, ...places, bystander, actors: await makeActors(site, places) };
}

/** Gives the site's Organization more credit than any test spends. */
export async function fund(site: TestSite): Promise<void> {
  const code = await issueVoucher(site);
  const path = `/v1/organizations/${site.organizationId}/vouchers/redeem`;
  await must(site.request("POST", path, { token: site.ownerToken, body: { code } }));
}

/** A voucher of 1,000,000 USD for everything, not yet redeemed. */
export async function issueVoucher(site: TestSite): Promise<string> {
  const body = {
    amount: { amount: "1000000", currency: "USD" },
    expiresAt: new Date(Date.now() + 365 * 86_400_000).toISOString(),
  };
  const issued = await must(
    site.request("POST", "/v1/operator/vouchers", { token: site.operatorToken, body }),
  );
  return issued.code;
}

/** A service account with a role in a Workspace, and its token. */
export async function makeServiceAccount(
  site: TestSite,
  roles: Record<string, "Admin" | "Member">,
): Promise<Person> {
  const token = site.ownerToken;
  const accounts = `/v1/organizations/${site.organizationId}/service-accounts`;
  const { id } = await must(
    site.request("POST", accounts, { token, body: { name: uniqueName() } }),
  );
  for (const [workspaceId, role] of Object.entries(roles)) {
    const membership = `/v1/workspaces/${workspaceId}/members/${id}`;
    await must(site.request("PUT", membership, { token, body: { role } }));
  }
  const tokens = `/v1/service-accounts/${id}/tokens`;
  const issued = await must(site.request("POST", tokens, { token, body: { name: uniqueName() } }));
  return { userId: id, token: issued.token };
}

/** An API token of the principal behind `token`; that of a service account is made by the Owner. */
export async function makeToken(
  site: TestSite,
  token: string,
  restriction: { readOnly?: boolean; workspaceId?: string } = {},
): Promise<{ id: string; token: string }> {
  const body = { name: uniqueName(), ...restriction };
  const me = await must(site.request("GET", "/v1/me", { token }));
  if (me.kind === "user") return must(site.request("POST", "/v1/tokens", { token, body }));
  const path = `/v1/service-accounts/${me.id}/tokens`;
  return must(site.request("POST", path, { token: site.ownerToken, body }));
}

async function revokedToken(site: TestSite): Promise<string> {
  const { id, token } = await makeToken(site, site.ownerToken);
  await must(site.request("DELETE", `/v1/tokens/${id}`, { token: site.ownerToken }));
  return token;
}

async function makeActors(
  site: TestSite,
  { here, elsewhere }: Pick<Fixture, "here" | "elsewhere">,
): Promise<Fixture["actors"]> {
  const owner = site.ownerToken;
  const { token: admin } = await site.mint("admin@example.com", { [here]: "Admin" });
  const other = await site.mint("admin-elsewhere@example.com", { [elsewhere]: "Admin" });
  const outsider = await site.createOrganization("outside");
  const member = async (name: string) =>
    (await site.mint(`${name}@example.com`, { [here]: "Member" })).token;
  const memberElsewhere = await site.mint("member-elsewhere@example.com", {
    [elsewhere]: "Member",
  });
  const program = async (role: "Admin" | "Member") =>
    (await makeServiceAccount(site, { [here]: role })).token;
  const restricted = async (token: string, restriction: Parameters<typeof makeToken>[2]) => ({
    token: (await makeToken(site, token, restriction)).token,
    unrestricted: token,
  });
  const plain = (token: string) => ({ token, unrestricted: token });
  const credentials: Record<ActorName, Pick<Actor, "token" | "unrestricted">> = {
    Owner: plain(owner),
    "Admin here": plain(admin),
    "Admin elsewhere": plain(other.token),
    "Member owning": plain(await member("member")),
    "Member not owning": plain(await member("other-member")),
    "Member elsewhere": plain(memberElsewhere.token),
    "service account as Admin here": plain(await program("Admin")),
    "service account owning": plain(await program("Member")),
    "service account not owning": plain(await program("Member")),
    "Owner of another Organization": plain(outsider.token),
    "no token": { token: null, unrestricted: outsider.token },
    "revoked token of the Owner": { token: await revokedToken(site), unrestricted: owner },
    operator: { token: site.operatorToken, unrestricted: owner },
    "read-only token of the Admin": await restricted(admin, { readOnly: true }),
    "token of the Owner for this Workspace": await restricted(owner, { workspaceId: here }),
    "token of the Owner for another Workspace": await restricted(owner, {
      workspaceId: elsewhere,
    }),
  };
  const names = Object.keys(STANDINGS) as ActorName[];
  const actors = names.map((name) => [name, { ...STANDINGS[name], ...credentials[name] }]);
  return Object.fromEntries(actors) as Fixture["actors"];
}

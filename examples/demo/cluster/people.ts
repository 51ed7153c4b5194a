import { createClient, type Client } from "@aifactory/sdk";
import { startOidcIssuer } from "../../../test/support/oidc-issuer.ts";

export interface People {
  issuer: string;
  audience: string;
  /** Signs in, makes the Organization that the story is about, and a token for the programs of its Owner (ID-3). */
  owner(url: string): Promise<{ organizationId: string; token: string }>;
  /** Signs in, and is made a Member of the Workspace by the Owner. */
  member(url: string, owner: Client, workspaceId: string): Promise<Client>;
}

/** Those who play in the story, with an OpenID Connect issuer that knows them: a real site has none of its own (ID-5). */
export async function startPeople(stack: AsyncDisposableStack): Promise<People> {
  silenceIssuer();
  const oidc = await startOidcIssuer();
  stack.defer(() => oidc.stop());
  const signIn = async (url: string, login: string) =>
    createClient({ url, token: await oidc.signIn(login) });
  return {
    issuer: oidc.issuer,
    audience: oidc.audience,
    async owner(url) {
      const linh = await signIn(url, "linh");
      const { id: organizationId } = await linh.createOrganization({ body: { name: "demo" } });
      const { token } = await linh.createToken({ body: { name: "demo" } });
      return { organizationId, token: token! };
    },
    async member(url, owner, workspaceId) {
      const minh = await signIn(url, "minh");
      const { id: userId } = await minh.getMe();
      await owner.putMember({ path: { workspaceId, userId }, body: { role: "Member" } });
      return minh;
    },
  };
}

/** It warns of everything that makes it fit for a demo. */
function silenceIssuer(): void {
  const { warn } = console;
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).includes("oidc-provider WARNING")) warn(...said);
  };
}

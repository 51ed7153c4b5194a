import { must } from "../support/fixture.ts";
import { requester } from "../support/request.ts";

const NOTEBOOKS = 100;

interface Tokens {
  organizationId: string;
  ownerToken: string;
  operatorToken: string;
}

/** A Workspace with 100 notebooks and a boundary, and the API token of a Member of it: nothing of access is left out. */
export async function fillWorkspace(
  url: string,
  { organizationId, ownerToken, operatorToken }: Tokens,
): Promise<{ workspaceId: string; notebookId: string; token: string }> {
  const request = requester(url);
  const owner = (method: string, path: string, body?: unknown) =>
    must(request(method, path, { token: ownerToken, body }));
  const operator = (path: string, body: unknown) =>
    must(request("POST", path, { token: operatorToken, body }));

  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const amount = { amount: "1000000", currency: "USD" };
  const { code } = await operator("/v1/operator/vouchers", { amount, expiresAt });
  const organization = `/v1/organizations/${organizationId}`;
  await owner("POST", `${organization}/vouchers/redeem`, { code });
  const { id: workspaceId } = await owner("POST", `${organization}/workspaces`, { name: "bench" });
  const workspace = `/v1/workspaces/${workspaceId}`;
  await owner("PUT", `${workspace}/services/notebook`, { regions: ["hanoi", "tokyo"] });
  const statements = [{ effect: "Allow", service: "notebook", regions: "*", actions: "*" }];
  const policy = await owner("POST", `${organization}/policies`, { name: "bench", statements });
  await owner("PUT", `${workspace}/policies/${policy.id}`);
  const workspaces = [{ workspaceId, role: "Member" }];
  const email = "member@example.com";
  const member = await operator("/v1/operator/tokens", { organizationId, email, workspaces });
  const credential = { token: member.token as string, body: { name: "bench" } };
  const { token } = await must(request("POST", "/v1/tokens", credential));

  const made: string[] = [];
  for (let number = 1; number <= NOTEBOOKS; number++) {
    const body = {
      name: `notebook-${number}`,
      region: number % 2 === 0 ? "hanoi" : "tokyo",
      flavor: "cpu-small",
      image: "jupyter-base",
      homeVolume: { sizeGib: 10 },
      tags: { team: "vision" },
    };
    made.push((await must(request("POST", `${workspace}/notebooks`, { token, body }))).id);
  }
  return { workspaceId, notebookId: made[NOTEBOOKS / 2]!, token };
}

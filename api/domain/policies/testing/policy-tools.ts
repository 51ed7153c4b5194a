import type { Answer } from "../../../../test/support/request.ts";
import type { TestSite } from "../../../../test/support/site.ts";

/** Cells as `action region`, easy to look into. */
export const cellsOf = (list: readonly { action: string; region: string }[]): string[] =>
  list.map(({ action, region }) => `${action} ${region}`);

const statement = (effect: string, service: string, regions: unknown, actions: unknown) => ({
  effect,
  service,
  regions,
  actions,
});
export const allow = (
  service: string,
  regions: string[] | "*" = "*",
  actions: string[] | "*" = "*",
) => statement("Allow", service, regions, actions);
export const deny = (
  service: string,
  regions: string[] | "*" = "*",
  actions: string[] | "*" = "*",
) => statement("Deny", service, regions, actions);
export const everything = ["notebook", "container", "inference"].map((service) => allow(service));

interface Place {
  readonly workspaceId: string;
  readonly userId?: string | undefined;
}

interface Options {
  readonly expect?: string;
  readonly token?: string;
}

let names = 0;

/** What tests do to the Policies of a site's Organization, as its Owner unless another token is given. */
export function policyTools(site: TestSite) {
  const collection = `/v1/organizations/${site.organizationId}/policies`;
  const pathOf = ({ workspaceId, userId }: Place, id: string) =>
    `/v1/workspaces/${workspaceId}${userId === undefined ? "" : `/members/${userId}`}/policies/${id}`;
  const owner = site.ownerToken;
  return {
    /** A fresh name. */
    name: () => `policy-${++names}`,
    async write(statements: unknown[], name = `policy-${++names}`) {
      const body = { name, statements };
      const answer = await site.request("POST", collection, { token: owner, body });
      if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
      return answer.body as { id: string; name: string; statements: unknown[] };
    },
    edit: (id: string, body: object, token = owner): Promise<Answer> =>
      site.request("PATCH", `/v1/policies/${id}`, { token, body }),
    attach: (
      place: Place,
      { id }: { id: string },
      { expect, token = owner }: Options = {},
    ): Promise<Answer> =>
      site.request("PUT", pathOf(place, id), {
        token,
        ...(expect === undefined ? {} : { body: { expect } }),
      }),
    detach: (
      place: Place,
      { id }: { id: string },
      { expect, token = owner }: Options = {},
    ): Promise<Answer> =>
      site.request(
        "DELETE",
        `${pathOf(place, id)}${expect === undefined ? "" : `?expect=${expect}`}`,
        { token },
      ),
    ask: (question: "simulate" | "lint" | "diff", body: object, token = owner): Promise<Answer> =>
      site.request("POST", `${collection}/${question}`, { token, body }),
  };
}

import type { PolicyResource } from "@pulumi/policy";
import {
  kindOf,
  readProps,
  referenceOf,
  relateWorkspaces,
  type Reference,
  type Workspaces,
} from "@aifactory/policy-kit";
import { parseAmount } from "@aifactory/sdk";
import type { Facts, QuotaLimit } from "./facts.ts";
import type { Place } from "./places.ts";

interface OwnQuota {
  readonly name: string;
  readonly workspace: Reference;
  /** null where the limit is not known yet. */
  readonly quota: QuotaLimit | null;
}

/** The Quotas that a program sets. A period that is not known yet counts as the stricter one, a month. */
export function readQuotas(resources: readonly PolicyResource[]): OwnQuota[] {
  return resources
    .filter(({ type }) => kindOf(type) === "Quota")
    .map((resource) => {
      const props = readProps(resource.props);
      const { limitUsd } = props;
      const period = props["period"] === "day" ? "day" : "month";
      const quota =
        typeof limitUsd === "string" ? ({ period, limit: parseAmount(limitUsd) } as const) : null;
      const workspace = referenceOf(resource, props, "workspaceId", "Workspace");
      return { name: resource.name, workspace, quota };
    });
}

/** The limits that hold in a Workspace after the program: its own Quota wins over the saved one. */
export function limitsOf(
  place: Place,
  own: readonly OwnQuota[],
  { quotas, workspaces: saved }: Facts,
  workspaces: Workspaces,
): { readonly limits: readonly QuotaLimit[]; readonly unknown: readonly string[] } {
  const related = own.map((each) => {
    return { ...each, relation: relateWorkspaces(workspaces, each.workspace, place.reference) };
  });
  const mine = related.filter(({ relation }) => relation !== "different");
  const unknown = mine.filter(({ quota }) => quota === null).map(({ name }) => name);
  const limits = mine.flatMap(({ quota }) => quota ?? []);
  if (mine.some(({ relation, quota }) => relation === "same" && quota !== null))
    return { limits, unknown };
  const id = place.reference.id ?? saved?.find(({ name }) => name === place.name)?.id;
  const before = quotas.get(id ?? "");
  return { limits: before ? [...limits, before] : limits, unknown };
}

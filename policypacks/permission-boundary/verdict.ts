import { UNKNOWN } from "@aifactory/policy-kit";
import {
  compileAccess,
  denialMessage,
  judge,
  type Action,
  type NamedPolicy,
} from "@aifactory/sdk/policy";
import { namedRegions, type Configuration } from "./configuration.ts";

/** One question about one resource of the program. */
export interface Question {
  readonly action: Action;
  /** `UNKNOWN` where a preview cannot tell. */
  readonly region: unknown;
  /** The name of its Workspace, for the message. */
  readonly workspace: string;
  /** Regions that there are, beside those that statements name. */
  readonly knownRegions: readonly string[];
}

interface Policies {
  readonly boundaries: readonly NamedPolicy[];
  readonly identityPolicies: readonly NamedPolicy[];
}

/** What no statement names, and a region that is not known yet can be. */
const ELSEWHERE = "a region that no statement names";

/**
 * The message of a denial under these Policies, or null. Services are another layer: here they count as enabled.
 * A region that is not known is allowed only if all that it can be are.
 */
export function denialUnder(
  { boundaries, identityPolicies }: Policies,
  { action, region, workspace, knownRegions }: Question,
  { role, regions: allRegions }: Pick<Configuration, "role" | "regions">,
): string | null {
  const named = [...knownRegions, ...[...boundaries, ...identityPolicies].flatMap(namedRegions)];
  const regions = allRegions ?? [...new Set(named)];
  const access = compileAccess({ role, services: "*", boundaries, identityPolicies, regions });
  if (typeof region === "string") return denialMessage(access, { action, region }, { workspace });

  const within = { regions: allRegions ?? [...regions, ELSEWHERE] };
  const { denied } = judge(access, { action, within });
  const [first] = denied;
  if (first === undefined) return null;
  const message = denialMessage(access, first, { workspace });
  const why = region === UNKNOWN ? "is not known yet" : "is missing";
  return `${message} The region ${why}: it was judged over ${within.regions.join(", ")}.`;
}

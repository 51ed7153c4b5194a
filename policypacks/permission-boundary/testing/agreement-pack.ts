import { resource, unknown, type ProgramResource } from "@aifactory/policy-kit/testing";
import type { NamedPolicy } from "@aifactory/sdk/policy";
import type { RunningPack } from "../../../test/support/pulumi/analyzer/policy-pack.ts";
import type { Made } from "./agreement-api.ts";
import type { GeneratedPolicy, GeneratedProgram } from "./agreement-cases.ts";

/** Asks a running pack for a generated program; answers the names of the refused resources. */
export async function refusedByPack(
  pack: RunningPack,
  program: GeneratedProgram,
  made: Made,
): Promise<string[]> {
  await pack.configure({ "permission-boundary": configurationOf(program, made) as never });
  const violations = await pack.analyzeStack(build(program, made));
  const advisory = violations.filter(({ level }) => level !== "mandatory");
  if (advisory.length > 0) throw new Error(`not judged: ${JSON.stringify(advisory)}`);
  return violations.map(({ urn, message }) => {
    if (!urn || !message.includes("DENIED")) throw new Error(message);
    return urn.slice(urn.lastIndexOf("::") + 2);
  });
}

/** An identity policy of the program is the principal's only where the pack is told who that is. */
function configurationOf(program: GeneratedProgram, made: Made): object {
  const { organizationId, principal } = made;
  const who = { principal: { userId: principal.id } };
  if (program.live) return { live: { organizationId }, ...who };
  if (program.principal === "Owner") return { role: "Owner" };
  const role = program.principal === "Admin" ? "Admin" : "Member";
  return hasOnePlace(program) && !program.known
    ? { role, identityPolicies: identityPoliciesOf(program) }
    : { role, ...who };
}

const hasOnePlace = ({ workspaces }: GeneratedProgram): boolean => workspaces === 1;

function identityPoliciesOf({ policies }: GeneratedProgram): NamedPolicy[] {
  return policies.flatMap(({ as, statements }, at) =>
    as === "identity" ? [{ name: `policy-${at}`, statements }] : [],
  );
}

/** The program as the preview shows it: the Policies that it makes or changes, and all that it wants. */
function build(program: GeneratedProgram, made: Made): ProgramResource[] {
  const { known } = program;
  const ids = (properties: ProgramResource["properties"]) => (known ? properties : {});
  const places = made.workspaceIds.map((workspaceId, at) =>
    resource("Workspace", `ws${at}`, { name: `ws${at}`, ...ids({ workspaceId }) }),
  );
  const at = (place: number) => ({
    properties: { workspaceId: known ? made.workspaceIds[place]! : unknown },
    from: { workspaceId: [places[place]!] },
  });
  const policies = program.policies.flatMap((policy, number) => {
    if (policy.origin === "saved") return [];
    const { statements } = policy;
    // A preview that changes a Policy does not show its id.
    const own = resource("Policy", `policy-${number}`, {
      name: `policy-${number}`,
      statements: statements as never,
    });
    return policy.origin === "new" ? [own, ...attachment(policy, own, at, made)] : [own];
  });
  const wanted = program.wanted.map(({ place, cell: { kind, region } }, number) => {
    const { properties, from } = at(place);
    return resource(kind, `wanted-${number}`, { region, ...properties }, from);
  });
  return [...places, ...policies, ...wanted];
}

function attachment(
  { place, as }: GeneratedPolicy,
  own: ProgramResource,
  at: (
    place: number,
  ) => Pick<ProgramResource, "properties"> & { from: Record<string, ProgramResource[]> },
  { principal, ownerToken }: Made,
): ProgramResource[] {
  if (as === "identity" && principal.token === ownerToken) return [];
  const { properties, from } = at(place);
  const whose = as === "identity" ? { userId: principal.id } : {};
  const to = { ...properties, policyId: unknown, ...whose };
  return [resource("PolicyAttachment", `to-${own.name}`, to, { ...from, policyId: [own] })];
}

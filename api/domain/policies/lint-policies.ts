import { lintPolicies as lint } from "@aifactory/sdk/policy";
import type { ReadContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { problemsOfAsked, resolveAsked, savedKeys, type AskedPolicy } from "./asked-policies.ts";
import { readPrincipal } from "./read-principal.ts";

interface Input {
  readonly boundaries?: readonly AskedPolicy[] | undefined;
  readonly identityPolicies?: readonly AskedPolicy[] | undefined;
  readonly workspaceId?: string | undefined;
  readonly userId?: string | undefined;
}

/**
 * What Policies that are attached together say in vain (POL-6); what is given replaces what is saved. Throws
 * `invalid_input` (POL-4), `not_found`, `forbidden`.
 */
export async function lintPolicies(ctx: ReadContext, input: Input) {
  const { boundaries, identityPolicies, workspaceId, userId } = input;
  const problems = [
    ...problemsOfAsked(ctx.site, boundaries, "/boundaries"),
    ...problemsOfAsked(ctx.site, identityPolicies, "/identityPolicies"),
  ];
  if (problems.length > 0) throw new InputError(problems);
  const { saved, workspace, member } = await readPrincipal(ctx, "lintPolicies", {
    principal: workspaceId === undefined ? undefined : { workspaceId, userId },
    policyIds: savedKeys(boundaries, identityPolicies),
  });
  const findings = lint({
    boundaries: resolveAsked(boundaries, saved, "/boundaries") ?? workspace?.boundaries ?? [],
    identityPolicies:
      resolveAsked(identityPolicies, saved, "/identityPolicies") ?? member?.identityPolicies ?? [],
    regions: ctx.site.catalogue.regionIds,
  });
  return { findings: findings.map((finding) => ({ ...finding, by: [...finding.by] })) };
}

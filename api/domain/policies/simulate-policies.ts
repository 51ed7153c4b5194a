import {
  ALL_ACTIONS,
  compileAccess,
  denialMessage,
  type Access,
  type AccessSubject,
  type Action,
  type EnabledServices,
  type Question,
} from "@aifactory/sdk/policy";
import type { ReadContext } from "#domain/context.ts";
import { InputError } from "#domain/errors.ts";
import { problemsOfAsked, resolveAsked, savedKeys, type AskedPolicy } from "./asked-policies.ts";
import { problemsOfRequests, problemsOfServices } from "./check-question.ts";
import { readPrincipal, type NamedPrincipal } from "./read-principal.ts";

interface Asked {
  readonly action: string;
  readonly region: string;
  readonly owns?: boolean | undefined;
}

interface Input {
  readonly role?: "Admin" | "Member" | undefined;
  readonly principal?: NamedPrincipal | undefined;
  readonly services?: Readonly<Record<string, readonly string[] | "*">> | undefined;
  readonly boundaries?: readonly AskedPolicy[] | undefined;
  readonly identityPolicies?: readonly AskedPolicy[] | undefined;
  readonly requests?: readonly Asked[] | undefined;
  readonly owns?: boolean | undefined;
}

/** What messages call the Workspace of a subject that is not saved. */
const NO_WORKSPACE = "simulated";

/**
 * Decides hypothetical questions with reasons, by the evaluator that decides requests (POL-5, POL-6, POL-7); without
 * questions, every action in every region. Throws `invalid_input` (POL-4), `not_found`, `forbidden`.
 */
export async function simulatePolicies(ctx: ReadContext, input: Input) {
  const { regionIds: regions } = ctx.site.catalogue;
  checkWords(ctx, input);
  const { subject, workspace } = await readSubject(ctx, input);
  const access = compileAccess(subject);
  const asked: readonly Asked[] =
    input.requests ??
    regions.flatMap((region) => ALL_ACTIONS.map((action) => ({ action, region })));
  const decide = decider(access, workspace);
  return {
    decisions: asked.map(({ action, region, owns = input.owns ?? true }) =>
      decide({ action: action as Action, region, owns }),
    ),
  };
}

function checkWords({ site }: ReadContext, input: Input): void {
  const { regionIds } = site.catalogue;
  const problems = [
    ...problemsOfServices(input.services, regionIds),
    ...problemsOfAsked(site, input.boundaries, "/boundaries"),
    ...problemsOfAsked(site, input.identityPolicies, "/identityPolicies"),
    ...problemsOfRequests(input.requests, regionIds),
  ];
  if (problems.length > 0) throw new InputError(problems);
}

async function readSubject(
  ctx: ReadContext,
  input: Input,
): Promise<{ subject: AccessSubject; workspace: string }> {
  const { boundaries, identityPolicies } = input;
  const policyIds = savedKeys(boundaries, identityPolicies);
  const { saved, workspace, member } = await readPrincipal(ctx, "simulatePolicies", {
    principal: input.principal,
    policyIds,
  });
  return {
    workspace: workspace?.name ?? NO_WORKSPACE,
    subject: {
      role: input.role ?? member!.role,
      services: (input.services as EnabledServices | undefined) ?? workspace?.services ?? "*",
      boundaries: resolveAsked(boundaries, saved, "/boundaries") ?? workspace?.boundaries ?? [],
      identityPolicies:
        resolveAsked(identityPolicies, saved, "/identityPolicies") ??
        member?.identityPolicies ??
        [],
      regions: ctx.site.catalogue.regionIds,
    },
  };
}

/** Decides each question once, however often it is asked: reasons take time in the number of statements. */
function decider(access: Access, workspace: string) {
  const decided = new Map<string, ReturnType<typeof decideWithReasons>>();
  return (question: Question) => {
    const key = JSON.stringify([question.action, question.region, question.owns]);
    const known = decided.get(key) ?? decideWithReasons(access, question, workspace);
    decided.set(key, known);
    return known;
  };
}

function decideWithReasons(access: Access, question: Question, workspace: string) {
  const { action, region } = question;
  const { decision, layer, statements, nearestMiss } = access.explain(action, region, question);
  const message = denialMessage(access, question, { workspace });
  return { action, region, decision, layer, statements: [...statements], nearestMiss, message };
}

import { denialMessage, remedyOf, serviceOf, type Action } from "@aifactory/sdk/policy";
import type { DomainError } from "#domain/errors.ts";
import type { Authorization } from "./authorize.ts";
import type { MadeDecision } from "./decisions.ts";
import { refusal } from "./refusal.ts";

/**
 * Refuses unless the Services and Policies allow `action` in `region` too (POL-3). Throws `service_not_enabled`,
 * `policy_denied`.
 */
export function requireAction(
  { access, owns, target, decisions }: Authorization,
  action: Action,
  region: string,
): void {
  if (access === null) return;
  const made = { access, question: { action, region, owns } };
  decisions.push(made);
  if (!access.decide(action, region, made.question)) throw denied(made, target.workspaceName);
}

/** With everything that POL-5 knows of it; a Member may know all of that (RBAC-8). */
function denied({ access, question }: MadeDecision, workspace: string | null): DomainError {
  const { action, region } = question;
  const { layer, statements, nearestMiss } = access.explain(action, region, question);
  const message = denialMessage(access, question, { workspace: workspace ?? "" })!;
  const code = layer === "service" ? "service_not_enabled" : "policy_denied";
  return refusal(code, message, {
    service: serviceOf(action),
    action,
    region,
    layer: layer!,
    statements,
    nearestMiss,
    remedy: remedyOf(access, question, layer),
  });
}

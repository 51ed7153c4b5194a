import { denialMessage, remedyOf, serviceOf, type Action, type Layer } from "@aifactory/sdk/policy";
import type { DomainError } from "#domain/errors.ts";
import type { Authorization } from "./authorize.ts";
import type { MadeDecision } from "./decisions.ts";
import { refusal } from "./refusal.ts";

/**
 * Refuses unless role, Services and Policies allow `action` in `region` too (POL-3). Throws `forbidden`,
 * `service_not_enabled`, `policy_denied`.
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

const CODES: Partial<Record<Layer, string>> = { role: "forbidden", service: "service_not_enabled" };

/** With everything that POL-5 knows of it; a Member may know all of that (RBAC-8). */
function denied({ access, question }: MadeDecision, workspace: string | null): DomainError {
  const { action, region } = question;
  const { layer, statements, nearestMiss } = access.explain(action, region, question);
  const message = denialMessage(access, question, { workspace: workspace ?? "" })!;
  const byRole = { role: access.subject.role, neededRoles: ["Owner", "Admin"] };
  return refusal(CODES[layer!] ?? "policy_denied", message, {
    ...(layer === "role" ? byRole : {}),
    service: serviceOf(action),
    action,
    region,
    layer: layer!,
    statements,
    nearestMiss,
    remedy: remedyOf(access, question, layer),
  });
}

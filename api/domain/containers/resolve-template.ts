import { and, eq } from "drizzle-orm";
import { workspaceTemplates } from "#db/schema/organizations.ts";
import { unknownName } from "#domain/catalogue/check-choice.ts";
import { imageSourceProblems } from "#domain/catalogue/image-source.ts";
import type { ChangeContext } from "#domain/context.ts";
import type { InputProblem } from "#domain/errors.ts";
import { keyOf } from "#domain/ids.ts";
import type { TemplateSpec } from "./template-spec.ts";

interface Resolved {
  template: TemplateSpec | null;
  problems: InputProblem[];
}

const WORKSPACE_TEMPLATE_ID = /^tmpl_[0-7][0-9a-hjkmnp-tv-z]{25}$/;

/**
 * Finds a template by id or name: the Workspace's own first, then the operator's (CAT-4), so that a new one of the
 * operator never changes what a program has been asking for.
 */
export async function resolveTemplate(
  { tx, site, authorization: { target } }: ChangeContext,
  name: string | undefined,
): Promise<Resolved> {
  if (name === undefined) return { template: null, problems: [] };
  const own = await tx.db
    .select()
    .from(workspaceTemplates)
    .where(
      and(
        eq(workspaceTemplates.organizationId, tx.organizationId),
        eq(workspaceTemplates.workspaceId, target.id),
      ),
    );
  const id = WORKSPACE_TEMPLATE_ID.test(name) ? keyOf(name) : null;
  const mine = own.find((it) => it.id === id) ?? own.find((it) => it.name === name);
  if (mine !== undefined) {
    const template = mine.spec as TemplateSpec;
    const problems = imageSourceProblems(site.catalogue, template.image, "/template");
    return { template, problems };
  }
  const offered = site.catalogue.template(name);
  if (offered !== undefined) {
    const env = offered.env.map((entry) => ({ ...entry, secret: false }));
    return { template: { ...offered, env, disk: null }, problems: [] };
  }
  const known = [...own, ...site.catalogue.templates].map((it) => ("spec" in it ? it.name : it.id));
  return { template: null, problems: [unknownName("template", name, known)] };
}

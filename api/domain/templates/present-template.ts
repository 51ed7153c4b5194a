import type { workspaceTemplates } from "#db/schema/organizations.ts";
import type { principals } from "#db/schema/principals.ts";
import { splitEnv } from "#domain/containers/split-env.ts";
import type { TemplateSpec } from "#domain/containers/template-spec.ts";
import { publicId } from "#domain/ids.ts";

export interface TemplateRow {
  template: typeof workspaceTemplates.$inferSelect;
  ownerKind: (typeof principals.$inferSelect)["kind"];
}

/** A Workspace's template as the API shows it; secret values are write-only (RBAC-3). */
export function presentTemplate({ template, ownerKind }: TemplateRow) {
  const spec = template.spec as TemplateSpec;
  return {
    id: publicId("template", template.id),
    workspaceId: publicId("workspace", template.workspaceId),
    name: template.name,
    image: spec.image,
    ports: spec.ports,
    env: splitEnv(spec.env).env,
    command: spec.command,
    disk: spec.disk,
    createdBy: publicId(ownerKind, template.ownerId),
    createdAt: template.createdAt.toISOString(),
  };
}

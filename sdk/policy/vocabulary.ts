/** The Services of the product, as statements and Workspaces name them (ORG-4). */
export const SERVICES = ["notebook", "container", "inference"] as const;
export type Service = (typeof SERVICES)[number];

/** The actions of each Service by their full names, the only ones a statement may use (POL-1). */
export const ACTIONS = {
  notebook: [
    "notebook:create",
    "notebook:read",
    "notebook:access",
    "notebook:start",
    "notebook:stop",
    "notebook:recreate",
    "notebook:update",
    "notebook:delete",
  ],
  container: [
    "container:create",
    "container:read",
    "container:access",
    "container:start",
    "container:stop",
    "container:restart",
    "container:update",
    "container:delete",
    "container:create-volume",
    "container:delete-volume",
  ],
  inference: [
    "inference:create",
    "inference:read",
    "inference:invoke",
    "inference:update",
    "inference:delete",
  ],
} as const satisfies Record<Service, readonly `${Service}:${string}`[]>;
export type Action = (typeof ACTIONS)[Service][number];

/** Every action of every Service, in the order of POL-1. */
export const ALL_ACTIONS: readonly Action[] = SERVICES.flatMap((service) => ACTIONS[service]);

/** Who somebody is in a Workspace: the Organization's Owner, or one of the two Workspace roles (ORG-5). */
export const ROLES = ["Owner", "Admin", "Member"] as const;
export type Role = (typeof ROLES)[number];

export const EFFECTS = ["Allow", "Deny"] as const;
export type Effect = (typeof EFFECTS)[number];

const SERVICE_OF: ReadonlyMap<string, Service> = new Map(
  SERVICES.flatMap((service) => ACTIONS[service].map((action) => [action, service] as const)),
);

/** Whether `name` is a Service, spelled exactly. */
export function isService(name: unknown): name is Service {
  return (SERVICES as readonly unknown[]).includes(name);
}

/** Whether `name` is the full name of an action, spelled exactly. */
export function isAction(name: unknown): name is Action {
  return typeof name === "string" && SERVICE_OF.has(name);
}

/** The Service that an action belongs to; undefined for what is no action. */
export function serviceOf(action: Action): Service;
export function serviceOf(action: string): Service | undefined;
export function serviceOf(action: string): Service | undefined {
  return SERVICE_OF.get(action);
}

/** What an action does, without its Service: `create` of `notebook:create`. */
export function verbOf(action: string): string {
  return action.slice(action.indexOf(":") + 1);
}

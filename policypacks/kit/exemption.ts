import { ConfigurationError } from "./configuration-error.ts";
import type { Schema } from "./schema-problems.ts";

/** Leave to violate a policy: for whom, why, and until when. */
export interface Exemption {
  /** A URN or `Kind::name`, as the engine prints them; `*` stands for any characters. */
  readonly resource: string;
  /** The policy that it is an exemption from; the one that it is given to unless said. */
  readonly policy?: string;
  readonly reason: string;
  /** A day, to its end in UTC, or a time of RFC 3339. */
  readonly expires: string;
  readonly approvedBy?: string;
}

const filled: Schema = { type: "string", pattern: "\\S", description: "a text that is not empty" };

/** The property `exemptions` of every policy's configuration. */
export const exemptionsSchema: Schema = {
  type: "array",
  description: "Resources that may violate the policy for a reason and a time.",
  items: {
    type: "object",
    properties: {
      resource: {
        type: "string",
        pattern: "^(urn:pulumi:.+|[A-Za-z*]+)::.+$",
        description: 'a URN or "Kind::name", with * for any characters',
      },
      policy: filled,
      reason: filled,
      expires: {
        type: "string",
        pattern: "^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?(Z|[+-]\\d{2}:\\d{2}))?$",
        description: "a day such as 2030-01-31, or a time of RFC 3339",
      },
      approvedBy: filled,
    },
    required: ["resource", "reason", "expires"],
    additionalProperties: false,
  },
  default: [],
};

/** The moment at which an exemption ends. @throws {ConfigurationError} for a day that the calendar does not have. */
export function endOf({ expires }: Exemption, path: string): Date {
  const day = expires.slice(0, 10);
  const start = new Date(`${day}T00:00:00Z`);
  const end =
    expires.length > day.length ? new Date(expires) : new Date(start.getTime() + 86_400_000);
  const exists = !Number.isNaN(start.getTime()) && start.toISOString().startsWith(day);
  if (!exists || Number.isNaN(end.getTime()))
    throw new ConfigurationError(`${path}.expires is no day of the calendar: ${expires}`);
  return end;
}

/** Whether an exemption is for the resource of this URN. */
export function covers({ resource }: Exemption, urn: string): boolean {
  const pattern = resource.split("*").map(escape).join(".*");
  const subject = resource.startsWith("urn:") ? urn : keyOf(urn);
  return new RegExp(`^${pattern}$`, "su").test(subject);
}

/** The URN of a stack, or of one of its resources, as `Kind::name`. */
function keyOf(urn: string): string {
  const [types = "", ...name] = urn.split("::").slice(2);
  const type = types.slice(types.lastIndexOf("$") + 1);
  return `${type.slice(type.lastIndexOf(":") + 1)}::${name.join("::")}`;
}

const escape = (text: string): string => text.replace(/[\\^$.|?+()[\]{}/]/g, "\\$&");

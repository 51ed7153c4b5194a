import fc from "fast-check";
import { ACTIONS, type Statement } from "@aifactory/sdk/policy";

/** What both sides are asked to create, with a flavor that there is. */
export const CELLS = [
  { kind: "Notebook", region: "hanoi", flavor: "cpu-small" },
  { kind: "Notebook", region: "tokyo", flavor: "cpu-small" },
  { kind: "GpuContainer", region: "hanoi", flavor: "h100-sxm5-1" },
  { kind: "GpuContainer", region: "tokyo", flavor: "h200-sxm5-1" },
  { kind: "Volume", region: "hanoi", flavor: "" },
  { kind: "Volume", region: "tokyo", flavor: "" },
] as const;

/** A Policy and where it comes from. */
export interface GeneratedPolicy {
  readonly statements: readonly Statement[];
  /** Which Workspace it is attached to. */
  readonly place: number;
  readonly as: "boundary" | "identity";
  /**
   * `new`: the program makes and attaches it. `saved`: the control plane has it. `changed`: the control plane has it
   * with the statements `before`, and the program gives it others.
   */
  readonly origin: "new" | "saved" | "changed";
  readonly before: readonly Statement[];
}

export interface GeneratedProgram {
  readonly principal: "Owner" | "Admin" | "Member" | "service account";
  readonly workspaces: number;
  readonly policies: readonly GeneratedPolicy[];
  readonly wanted: readonly { readonly place: number; readonly cell: (typeof CELLS)[number] }[];
  /** The pack asks the control plane for what is saved. */
  readonly live: boolean;
  /** The preview shows ids; otherwise nothing has one yet. */
  readonly known: boolean;
}

const statement: fc.Arbitrary<Statement> = fc
  .constantFrom("notebook" as const, "container" as const)
  .chain((service) =>
    fc.record({
      effect: fc.constantFrom(
        "Allow" as const,
        "Allow" as const,
        "Allow" as const,
        "Deny" as const,
      ),
      service: fc.constant(service),
      regions: fc.constantFrom("*" as const, ["hanoi"], ["tokyo"], ["hanoi", "tokyo"]),
      actions: fc.oneof(
        fc.constantFrom("*" as const, [`${service}:create` as const], [`${service}:read` as const]),
        fc.subarray([...ACTIONS[service]], { minLength: 2, maxLength: 6 }),
      ),
    }),
  );

const statements = fc.array(statement, { minLength: 1, maxLength: 4 });

/** Programs of one or two Workspaces with several notebooks, containers and volumes, for principals of every kind. */
export const programs: fc.Arbitrary<GeneratedProgram> = fc
  .record({
    live: fc.boolean(),
    known: fc.boolean(),
    workspaces: fc.integer({ min: 1, max: 2 }),
    principal: fc.constantFrom(
      ...(["Member", "Member", "Admin", "service account", "service account", "Owner"] as const),
    ),
  })
  .chain((about) => {
    const place = fc.nat(about.workspaces - 1);
    const policy = fc.record({
      statements,
      before: statements,
      place,
      as: fc.constantFrom("boundary" as const, "boundary" as const, "identity" as const),
      origin: about.live
        ? fc.constantFrom("new" as const, "saved" as const, "changed" as const)
        : fc.constant("new" as const),
    });
    return fc.record({
      ...constants(about),
      policies: fc.array(policy, { maxLength: 5 }),
      wanted: fc.array(fc.record({ place, cell: fc.constantFrom(...CELLS) }), {
        minLength: 3,
        maxLength: 7,
      }),
    });
  });

function constants<T extends object>(about: T) {
  const entries = Object.entries(about).map(([key, value]) => [key, fc.constant(value)]);
  return Object.fromEntries(entries) as { [Key in keyof T]: fc.Arbitrary<T[Key]> };
}

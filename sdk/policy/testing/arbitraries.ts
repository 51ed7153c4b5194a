import fc from "fast-check";
import type { NamedPolicy, Statement } from "../statement.ts";
import type { AccessSubject, EnabledServices } from "../subject.ts";
import type { Action, Service } from "../vocabulary.ts";
import { ACTIONS, ALL_ACTIONS, ROLES, SERVICES } from "../vocabulary.ts";

/** A catalogue whose names tempt an evaluator to fold capitals or to match prefixes. */
export const REGIONS = ["hanoi", "tokyo", "Hanoi", "hanoi-2"] as const;

const regionList = fc.subarray([...REGIONS], { minLength: 1, maxLength: 3 });
const regions = fc.oneof(
  { arbitrary: fc.constant("*" as const), weight: 1 },
  { arbitrary: regionList, weight: 2 },
);

function actionsOf(service: Service): fc.Arbitrary<Statement["actions"]> {
  return fc.oneof(
    { arbitrary: fc.constant("*" as const), weight: 3 },
    { arbitrary: fc.subarray<Action>([...ACTIONS[service]], { minLength: 1 }), weight: 4 },
    // Validation refuses actions of another Service; an evaluator must not be the one to let them in.
    { arbitrary: fc.subarray<Action>([...ALL_ACTIONS], { minLength: 1, maxLength: 6 }), weight: 1 },
  );
}

/** One statement, twice as often an Allow as a Deny. */
export const statement: fc.Arbitrary<Statement> = fc.constantFrom(...SERVICES).chain((service) =>
  fc.record({
    effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
    service: fc.constant(service),
    regions,
    actions: actionsOf(service),
  }),
);

/** Up to three Policies, named apart, of up to five statements; often none. */
function policies(prefix: string): fc.Arbitrary<NamedPolicy[]> {
  const statements = fc.array(statement, { minLength: 1, maxLength: 5, size: "max" });
  return fc
    .oneof(
      { arbitrary: fc.constant([]), weight: 1 },
      { arbitrary: fc.array(statements, { minLength: 1, maxLength: 3, size: "max" }), weight: 3 },
    )
    .map((sets) => sets.map((set, at) => ({ name: `${prefix}-${at}`, statements: set })));
}

const services: fc.Arbitrary<EnabledServices | "*"> = fc.oneof(
  { arbitrary: fc.constant("*" as const), weight: 1 },
  {
    arbitrary: fc.record(
      { notebook: regions, container: regions, inference: regions },
      { requiredKeys: [] },
    ),
    weight: 3,
  },
);

const role = fc.oneof(
  { arbitrary: fc.constantFrom("Admin" as const, "Member" as const), weight: 6 },
  { arbitrary: fc.constantFrom(...ROLES), weight: 1 },
);

/** One principal in one Workspace with everything that binds it. */
export const subject: fc.Arbitrary<AccessSubject> = fc.record({
  role,
  services,
  boundaries: policies("boundary"),
  identityPolicies: policies("identity"),
  regions: fc.constant(REGIONS),
});

/** How many generated sets a property looks at: `POLICY_SETS`, 300 unless set. */
export const SETS = Number(process.env["POLICY_SETS"] ?? 300);

import type { AccessSubject, NamedPolicy, Statement } from "@aifactory/sdk/policy";
import type fc from "fast-check";
import { subject } from "../../../../sdk/policy/testing/arbitraries.ts";

/** Generated subjects as they can be written: with the regions of a site, and actions of their own Service only. */
export function writableSubject(regions: readonly string[]): fc.Arbitrary<AccessSubject> {
  return subject.map((generated) => {
    const known = <T extends string>(names: readonly T[] | "*", isKnown: (name: T) => boolean) => {
      const rest = names === "*" ? [] : names.filter(isKnown);
      return rest.length === 0 ? ("*" as const) : rest;
    };
    const inSite = (names: readonly string[] | "*") =>
      known(names, (name) => regions.includes(name));
    const statement = ({ effect, service, ...named }: Statement): Statement => ({
      effect,
      service,
      regions: inSite(named.regions),
      actions: known(named.actions, (action) => action.startsWith(`${service}:`)),
    });
    const writable = (policies: readonly NamedPolicy[]) =>
      policies.map(({ name, statements }) => ({ name, statements: statements.map(statement) }));
    const { services } = generated;
    return {
      role: generated.role,
      services:
        services === "*"
          ? services
          : Object.fromEntries(
              Object.entries(services).map(([service, enabled]) => [service, inSite(enabled!)]),
            ),
      boundaries: writable(generated.boundaries),
      identityPolicies: writable(generated.identityPolicies),
      regions,
    };
  });
}

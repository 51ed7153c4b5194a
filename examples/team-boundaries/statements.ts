import { SERVICES, type Service, type Statement } from "@aifactory/sdk/policy";

/** Every action of these Services in these regions, and nothing else. */
export function only(services: readonly Service[], regions: Statement["regions"]): Statement[] {
  return services.map((service) => ({ effect: "Allow", service, regions, actions: "*" }));
}

/** All that there is: what a Policy of Denies takes away from. */
export function everything(): Statement[] {
  return only(SERVICES, "*");
}

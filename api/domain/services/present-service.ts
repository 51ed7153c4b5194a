import type { Service } from "@aifactory/sdk/policy";

/** A Service of a Workspace as the API shows it; `regions` is null where it is not enabled. */
export function presentService(service: Service, regions: readonly string[] | null) {
  return {
    service,
    enabled: regions !== null,
    regions: [...(regions ?? [])],
    // There is nothing of AI Inference to create yet (ORG-4).
    available: service !== "inference",
  };
}

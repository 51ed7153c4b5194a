import { PolicyPack } from "@pulumi/policy";
import { realWorld } from "@aifactory/policy-kit";
import { configuredPolicies } from "./configured-policies.ts";
import { permissionBoundary } from "./permission-boundary.ts";

// Loaded by the one line of index.js: Node strips the types, and the pack shares the evaluator's source with the API.
const world = realWorld();
new PolicyPack("permission-boundary", {
  policies: [permissionBoundary(world), configuredPolicies(world)],
});

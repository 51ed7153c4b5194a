import { PolicyPack } from "@pulumi/policy";
import { configuredPolicies } from "./configured-policies.ts";
import { permissionBoundary } from "./permission-boundary.ts";

// Loaded by the one line of index.js: Node strips the types, and the pack shares the evaluator's source with the API.
new PolicyPack("permission-boundary", { policies: [permissionBoundary, configuredPolicies] });

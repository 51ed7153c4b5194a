export { resource, unknown, type ProgramResource } from "./program.ts";
export { runPolicy, SkippedPolicyError, type Reported } from "./run-policy.ts";

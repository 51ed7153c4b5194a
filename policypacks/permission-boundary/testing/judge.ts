import { runPolicy, type ProgramResource } from "@aifactory/policy-kit/testing";
import type { Configuration } from "../configuration.ts";
import { permissionBoundary } from "../permission-boundary.ts";

const policy = permissionBoundary({
  now: () => new Date("2030-01-01T00:00:00Z"),
  env: {},
  setting: () => undefined,
});

/** Runs the stack policy in this process; answers the names it refuses, with the messages. */
export async function refused(
  program: readonly ProgramResource[],
  config: Partial<Configuration> = {},
): Promise<Map<string, string>> {
  const reported = await runPolicy(policy, program, config);
  return new Map(reported.map(({ name, message }) => [name, message]));
}

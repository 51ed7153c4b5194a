import { startPolicyPack } from "../analyzer/policy-pack.ts";
import type { PolicyPack } from "../analyzer/policy-pack.ts";
import type { Diagnostic, Engine, EngineOptions, Result } from "../engine.ts";
import { type Project, readProject } from "../project.ts";
import { type Properties, secret } from "../properties.ts";
import { analyzeStack } from "./analyze.ts";
import { type Checkpoint, emptyCheckpoint, exported } from "./checkpoint.ts";
import { deleteRest } from "./delete.ts";
import { serveMonitor } from "./monitor.ts";
import { type Operation, checkpointAfter, fail, newOperation, resultOf } from "./operation.ts";
import { runProgram } from "./program.ts";
import { type ProviderHost, startDynamicProvider } from "./provider.ts";
import { refresh } from "./refresh.ts";

interface Session {
  readonly project: Project;
  readonly stack: string;
  readonly env: Readonly<Record<string, string>>;
  readonly config: Map<string, { value: string; secret: boolean }>;
  checkpoint: Checkpoint;
}

/**
 * Opens a test double of the Pulumi engine: for tests only, where no CLI is installed. The program, its SDK, the dynamic
 * provider's process and policy packs are the real ones, spoken to over gRPC; only the engine between them is ours, with
 * the state in memory. Dynamic providers only; a resource option it does not know is an error.
 */
export function openDouble(options: EngineOptions): Engine {
  const project = readProject(options.directory);
  const session: Session = {
    project,
    stack: options.stack ?? "test",
    env: options.env ?? {},
    config: new Map(),
    checkpoint: emptyCheckpoint,
  };
  const site = { stack: session.stack, project: project.name };
  return {
    setConfig: async (key, value, { secret: isSecret = false } = {}) =>
      void session.config.set(key, { value, secret: isSecret }),
    removeConfig: async (key) => void session.config.delete(key),
    preview: ({ policyPacks = [] } = {}) => runStack(session, true, policyPacks),
    up: ({ policyPacks = [] } = {}) => runStack(session, false, policyPacks),
    refresh: () => withoutProgram(session, refresh),
    destroy: () => withoutProgram(session, deleteRest),
    exportState: async () => exported(session.checkpoint, site),
    forget: async (urn) => {
      session.checkpoint = {
        ...session.checkpoint,
        resources: session.checkpoint.resources.filter((state) => state.urn !== urn),
      };
    },
    close: async () => undefined,
  };
}

/** `preview` and `up`: run the program, then delete what it no longer wants. */
async function runStack(
  session: Session,
  preview: boolean,
  policyPacks: readonly PolicyPack[],
): Promise<Result> {
  const config = Object.fromEntries([
    ...Object.entries(session.project.defaults),
    ...[...session.config].map(([key, { value }]) => [key, value]),
  ]);
  const about = {
    project: session.project.name,
    stack: session.stack,
    preview,
    config,
    env: session.env,
  };
  const packs = await Promise.all(policyPacks.map((pack) => startPolicyPack(pack, about)));
  try {
    return await operate(
      session,
      { preview, packs, providerInputs: providerInputs(session) },
      async (operation, onLine) => {
        const monitor = await serveMonitor(operation);
        const secretKeys = [...session.config]
          .filter(([, entry]) => entry.secret)
          .map(([key]) => key);
        const { project, stack, env } = session;
        const code = await runProgram({
          project,
          stack,
          preview,
          monitor: monitor.address,
          config,
          secretKeys,
          env,
          onLine,
        });
        await monitor.close();
        if (code !== 0 && !operation.failed) fail(operation, "", `the program ended with ${code}`);
        if (code === 0 && (preview || !operation.failed)) {
          await analyzeStack(operation, providerInputs(session));
          if (preview || !operation.failed) await deleteRest(operation);
        }
      },
    );
  } finally {
    await Promise.all(packs.map((pack) => pack.close()));
  }
}

/** `refresh` and `destroy`: no program runs, and the provider is configured as in the last `up`. */
function withoutProgram(
  session: Session,
  run: (operation: Operation) => Promise<void>,
): Promise<Result> {
  return operate(
    session,
    { preview: false, packs: [], providerInputs: session.checkpoint.providerInputs },
    run,
  );
}

async function operate(
  session: Session,
  {
    preview,
    packs,
    providerInputs: inputs,
  }: Pick<Operation, "preview" | "packs"> & { readonly providerInputs: Properties },
  run: (
    operation: Operation,
    onLine: (severity: "info" | "info#err", line: string) => void,
  ) => Promise<void>,
): Promise<Result> {
  const { project, stack, env } = session;
  const diagnostics: Diagnostic[] = [];
  const onLine = (severity: "info" | "info#err", message: string): void =>
    void diagnostics.push({ severity, message, urn: "" });
  let host: Promise<ProviderHost> | undefined;
  const provider = (): Promise<ProviderHost> =>
    (host ??= startDynamicProvider({ project, configuration: inputs, env, onLine }));
  const operation = newOperation({
    site: { stack, project: project.name },
    preview,
    before: session.checkpoint,
    packs,
    provider,
    diagnostics,
  });
  try {
    await run(operation, onLine);
  } finally {
    await (await host)?.close();
  }
  if (!preview) session.checkpoint = checkpointAfter(operation, inputs);
  return resultOf(operation);
}

/** A dynamic provider is given the whole configuration of the stack, by full key. */
function providerInputs(session: Session): Properties {
  const defaults = Object.entries(session.project.defaults);
  return Object.fromEntries([
    ...defaults,
    ...[...session.config].map(([key, entry]) => [
      key,
      entry.secret ? secret(entry.value) : entry.value,
    ]),
  ]);
}

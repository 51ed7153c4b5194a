import stubs from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { channelOptions, insecure, rpc } from "../grpc.ts";
import { pulumiModule, startPlugin } from "../plugin.ts";
import type { Properties } from "../properties.ts";
import { type PolicyConfig, policyConfiguration } from "./configuration.ts";
import { analyzeRequest, analyzerResource, violationsOf } from "./messages.ts";

/** A policy pack on disk and what `--policy-pack-config` would say about it. */
export interface PolicyPack {
  readonly directory: string;
  readonly config?: PolicyConfig;
}

export interface Violation {
  readonly pack: string;
  readonly policy: string;
  readonly level: "advisory" | "mandatory";
  readonly message: string;
  readonly urn: string;
}

/** A resource as the engine shows it to policies: properties in wire form, without internal ones. */
export interface AnalyzedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Properties;
  readonly parent: string;
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

export interface RunningPack {
  readonly name: string;
  /** Runs the resource policies on one resource's checked inputs. */
  analyze(resource: AnalyzedResource): Promise<Violation[]>;
  /** Runs the stack policies on every resource's outputs. */
  analyzeStack(resources: readonly AnalyzedResource[]): Promise<Violation[]>;
  /** Configures it anew, as for a run of its own. */
  configure(config: PolicyConfig): Promise<void>;
  close(): Promise<void>;
}

/** The operation that a pack judges. `config` is the stack's configuration in plain text, as the engine hands it over. */
export interface PackContext {
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  readonly config: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a policy pack under `@pulumi/pulumi/cmd/run-policy-pack` and configures it over `pulumirpc.Analyzer`, as the
 * engine does. @throws when the pack cannot be loaded or the configuration lacks a required property.
 */
export async function startPolicyPack(
  pack: PolicyPack,
  context: PackContext,
): Promise<RunningPack> {
  const { directory, config = {} } = pack;
  const env = {
    ...context.env,
    PULUMI_NODEJS_ORGANIZATION: "organization",
    PULUMI_NODEJS_PROJECT: context.project,
    PULUMI_NODEJS_STACK: context.stack,
    PULUMI_NODEJS_DRY_RUN: String(context.preview),
    PULUMI_CONFIG: JSON.stringify(context.config),
  };
  const args = [pulumiModule(directory, "cmd/run-policy-pack"), "127.0.0.1:0", directory];
  const process = await startPlugin({ args, directory, env, onLine: () => undefined });
  const client = new stubs.AnalyzerClient(process.address, insecure(), channelOptions);
  const close = async (): Promise<void> => {
    client.close();
    await process.close();
  };
  try {
    const info = await rpc<InstanceType<typeof messages.AnalyzerInfo>>((done) =>
      client.getAnalyzerInfo(new empty.Empty(), done),
    );
    await rpc((done) => client.configureStack(stackRequest(context), done));
    const configure = async (given: PolicyConfig): Promise<void> =>
      void (await rpc((done) => client.configure(policyConfiguration(info, given), done)));
    await configure(config);
    return { name: info.getName(), configure, close, ...analyses(client) };
  } catch (error) {
    await close();
    throw error;
  }
}

function stackRequest(context: PackContext) {
  const request = new messages.AnalyzerStackConfigureRequest();
  request.setOrganization("organization");
  request.setProject(context.project);
  request.setStack(context.stack);
  request.setDryRun(context.preview);
  return request;
}

function analyses(
  client: InstanceType<typeof stubs.AnalyzerClient>,
): Pick<RunningPack, "analyze" | "analyzeStack"> {
  type Response = InstanceType<typeof messages.AnalyzeResponse>;
  return {
    analyze: async (resource) => {
      const request = analyzeRequest(resource);
      return violationsOf(
        await rpc<Response>((done) => client.analyze(request, done)),
        resource.urn,
      );
    },
    analyzeStack: async (resources) => {
      const request = new messages.AnalyzeStackRequest();
      request.setResourcesList(resources.map(analyzerResource));
      return violationsOf(await rpc<Response>((done) => client.analyzeStack(request, done)), "");
    },
  };
}

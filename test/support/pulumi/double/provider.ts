import type { ServiceError } from "@grpc/grpc-js";
import grpcStubs from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import statusMessages from "@pulumi/pulumi/proto/status_pb.js";
import { channelOptions, fromStruct, insecure, rpc, toStruct } from "../grpc.ts";
import { type PluginProcess, pulumiModule, startPlugin } from "../plugin.ts";
import { type Properties, plain } from "../properties.ts";
import type { Project } from "../project.ts";

/** A resource that exists, but is not ready: its id is kept and the next `up` continues with an update. */
export class InitError extends Error {
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: readonly string[];
  constructor(id: string, properties: Properties, reasons: readonly string[]) {
    super(
      `${reasons.length} error occurred:\n${reasons.map((reason) => `\t* ${reason}`).join("\n")}`,
    );
    this.id = id;
    this.properties = properties;
    this.reasons = reasons;
  }
}

export interface Diff {
  readonly changes: "none" | "some" | "unknown";
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** The dynamic provider's process, spoken to in `pulumirpc.ResourceProvider`. It takes and gives plain text. */
export interface ProviderHost {
  check(
    urn: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }>;
  diff(urn: string, id: string, olds: Properties, news: Properties): Promise<Diff>;
  create(urn: string, inputs: Properties): Promise<{ id: string; outputs: Properties }>;
  read(
    urn: string,
    id: string,
    outputs: Properties,
    inputs: Properties,
  ): Promise<{ id: string; outputs: Properties; inputs: Properties | undefined }>;
  update(urn: string, id: string, olds: Properties, news: Properties): Promise<Properties>;
  delete(urn: string, id: string, outputs: Properties): Promise<void>;
  close(): Promise<void>;
}

/** Starts `@pulumi/pulumi/cmd/dynamic-provider` as the engine would, and configures it. */
export async function startDynamicProvider(options: {
  readonly project: Project;
  readonly configuration: Properties;
  readonly env: Readonly<Record<string, string>>;
  readonly onLine: (severity: "info" | "info#err", line: string) => void;
}): Promise<ProviderHost> {
  const { project, onLine } = options;
  const args = [pulumiModule(project.directory, "cmd/dynamic-provider"), "127.0.0.1:0"];
  const env = {
    ...options.env,
    PULUMI_NODEJS_PROJECT: project.name,
    PULUMI_PROJECT: project.name,
    PULUMI_RUNTIME_TYPESCRIPT: "false",
  };
  const process = await startPlugin({ args, directory: project.directory, env, onLine });
  const client = new grpcStubs.ResourceProviderClient(process.address, insecure(), channelOptions);
  const configure = new messages.ConfigureRequest();
  configure.setArgs(toStruct(options.configuration));
  configure.setAcceptsecrets(true);
  await rpc((done) => client.configure(configure, done));
  return hostOf(client, process);
}

type Client = InstanceType<typeof grpcStubs.ResourceProviderClient>;

function hostOf(client: Client, process: PluginProcess): ProviderHost {
  return {
    check: (urn, olds, news) => check(client, urn, olds, news),
    diff: (urn, id, olds, news) => diff(client, urn, id, olds, news),
    create: (urn, inputs) => create(client, urn, inputs),
    read: (urn, id, outputs, inputs) => read(client, urn, id, outputs, inputs),
    update: (urn, id, olds, news) => update(client, urn, id, olds, news),
    delete: (urn, id, outputs) => remove(client, urn, id, outputs),
    close: async () => {
      client.close();
      await process.close();
    },
  };
}

async function check(client: Client, urn: string, olds: Properties, news: Properties) {
  const request = new messages.CheckRequest();
  request.setUrn(urn);
  request.setOlds(toStruct(plain(olds)));
  request.setNews(toStruct(plain(news)));
  const response = await rpc<InstanceType<typeof messages.CheckResponse>>((done) =>
    client.check(request, done),
  );
  const failures = response
    .getFailuresList()
    .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
  return { inputs: fromStruct(response.getInputs()), failures };
}

async function diff(
  client: Client,
  urn: string,
  id: string,
  olds: Properties,
  news: Properties,
): Promise<Diff> {
  const request = new messages.DiffRequest();
  request.setUrn(urn);
  request.setId(id);
  request.setOlds(toStruct(plain(olds)));
  request.setNews(toStruct(plain(news)));
  const response = await rpc<InstanceType<typeof messages.DiffResponse>>((done) =>
    client.diff(request, done),
  );
  const words = ["unknown", "none", "some"] as const;
  return {
    changes: words[response.getChanges()],
    replaces: response.getReplacesList(),
    deleteBeforeReplace: response.getDeletebeforereplace(),
  };
}

async function create(client: Client, urn: string, inputs: Properties) {
  const request = new messages.CreateRequest();
  request.setUrn(urn);
  request.setProperties(toStruct(plain(inputs)));
  const response = await orInitError(
    rpc<InstanceType<typeof messages.CreateResponse>>((done) => client.create(request, done)),
  );
  if (response.getId() === "")
    throw new Error(`plugin returned empty resource.ID from create '${urn}'`);
  return { id: response.getId(), outputs: fromStruct(response.getProperties()) };
}

async function read(
  client: Client,
  urn: string,
  id: string,
  outputs: Properties,
  inputs: Properties,
) {
  const request = new messages.ReadRequest();
  request.setUrn(urn);
  request.setId(id);
  request.setProperties(toStruct(plain(outputs)));
  request.setInputs(toStruct(plain(inputs)));
  const response = await rpc<InstanceType<typeof messages.ReadResponse>>((done) =>
    client.read(request, done),
  );
  return {
    id: response.getId(),
    outputs: fromStruct(response.getProperties()),
    inputs: response.hasInputs() ? fromStruct(response.getInputs()) : undefined,
  };
}

async function update(
  client: Client,
  urn: string,
  id: string,
  olds: Properties,
  news: Properties,
): Promise<Properties> {
  const request = new messages.UpdateRequest();
  request.setUrn(urn);
  request.setId(id);
  request.setOlds(toStruct(plain(olds)));
  request.setNews(toStruct(plain(news)));
  const response = await orInitError(
    rpc<InstanceType<typeof messages.UpdateResponse>>((done) => client.update(request, done)),
  );
  return fromStruct(response.getProperties());
}

async function remove(client: Client, urn: string, id: string, outputs: Properties): Promise<void> {
  const request = new messages.DeleteRequest();
  request.setUrn(urn);
  request.setId(id);
  request.setProperties(toStruct(plain(outputs)));
  await rpc((done) => client.delete(request, done));
}

/** Unpacks the structured error of a resource that was made, but did not become ready. */
async function orInitError<Response>(call: Promise<Response>): Promise<Response> {
  try {
    return await call;
  } catch (error) {
    const [packed] = (error as ServiceError).metadata?.get("grpc-status-details-bin") ?? [];
    if (!(packed instanceof Buffer))
      throw new Error((error as ServiceError).details, { cause: error });
    for (const detail of statusMessages.Status.deserializeBinary(packed).getDetailsList()) {
      const failed = detail.unpack(
        messages.ErrorResourceInitFailed.deserializeBinary,
        "pulumirpc.ErrorResourceInitFailed",
      );
      if (failed)
        throw new InitError(
          failed.getId(),
          fromStruct(failed.getProperties()),
          failed.getReasonsList(),
        );
    }
    throw error;
  }
}

import { type ServerUnaryCall, type sendUnaryData, Server, status } from "@grpc/grpc-js";
import engineStubs from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type { LogRequest, SetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import monitorStubs from "@pulumi/pulumi/proto/resource_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/resource_pb.js";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
  SupportsFeatureRequest,
} from "@pulumi/pulumi/proto/resource_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Diagnostic } from "../engine.ts";
import { channelOptions, fromStruct, listen, toStruct } from "../grpc.ts";
import { STACK_TYPE, urnOf } from "./checkpoint.ts";
import { goalOf } from "./goal.ts";
import { type Operation, fail } from "./operation.ts";
import { register } from "./register.ts";

/**
 * Serves `pulumirpc.ResourceMonitor` and `pulumirpc.Engine` to one run of a program. What it does not implement (invokes,
 * reads, transforms, hooks) answers UNIMPLEMENTED by itself.
 */
export async function serveMonitor(
  operation: Operation,
): Promise<{ address: string; close: () => Promise<void> }> {
  const server = new Server(channelOptions);
  const running = new Set<Promise<unknown>>();
  server.addService(monitorStubs.ResourceMonitorService, {
    supportsFeature: unary(async (request: SupportsFeatureRequest) => supportsFeature(request)),
    registerResource: unary((request: RegisterResourceRequest) => {
      const answer = registerResource(operation, request);
      running.add(answer);
      return answer;
    }),
    registerResourceOutputs: unary(async (request: RegisterResourceOutputsRequest) =>
      registerOutputs(operation, request),
    ),
    signalAndWaitForShutdown: unary(async () => new empty.Empty()),
  });
  server.addService(engineStubs.EngineService, engineService(operation));
  const close = async (): Promise<void> => {
    // The program ends at the first failure; what its other registrations began is still finished and remembered.
    await Promise.allSettled(running);
    server.forceShutdown();
  };
  return { address: await listen(server), close };
}

function unary<Request, Response>(answer: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    answer(call.request).then(
      (response) => done(null, response),
      (error: unknown) => done({ code: status.UNAVAILABLE, details: String(error) }),
    );
  };
}

function supportsFeature(request: SupportsFeatureRequest) {
  const response = new messages.SupportsFeatureResponse();
  response.setHassupport(request.getId() === "secrets");
  return response;
}

/** A failure is told to the program as the real engine does: the monitor goes away, and the program ends. */
async function registerResource(operation: Operation, request: RegisterResourceRequest) {
  if (operation.failed && !operation.preview) throw new Error("the operation has failed");
  const { stack, project } = operation.site;
  const urn = urnOf({ stack, project }, request.getType(), request.getName(), request.getParent());
  try {
    const state = await register(operation, goalOf(request, operation.site));
    const response = new messages.RegisterResourceResponse();
    response.setUrn(state.urn);
    response.setId(state.id);
    response.setObject(toStruct(state.outputs));
    return response;
  } catch (error) {
    fail(operation, urn, (error as { details?: string }).details ?? (error as Error).message);
    throw error;
  }
}

function registerOutputs(operation: Operation, request: RegisterResourceOutputsRequest) {
  if (request.getUrn().split("::")[2] === STACK_TYPE)
    operation.outputs = fromStruct(request.getOutputs());
  return new empty.Empty();
}

function engineService(operation: Operation) {
  let root = "";
  return {
    log: unary(async (request: LogRequest) => {
      const severity = (["debug", "info", "warning", "error"] as const)[request.getSeverity()];
      if (severity === "error") operation.failed = true;
      if (severity !== "debug") operation.diagnostics.push(said(severity, request));
      return new empty.Empty();
    }),
    getRootResource: unary(async () => {
      const response = new engineMessages.GetRootResourceResponse();
      response.setUrn(root);
      return response;
    }),
    setRootResource: unary(async (request: SetRootResourceRequest) => {
      root = request.getUrn();
      return new engineMessages.SetRootResourceResponse();
    }),
  };
}

const said = (severity: Diagnostic["severity"], request: LogRequest): Diagnostic => ({
  severity,
  message: request.getMessage(),
  urn: request.getUrn(),
});

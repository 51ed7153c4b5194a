import { type ServiceError, Server, ServerCredentials, credentials } from "@grpc/grpc-js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "./properties.ts";

/** A serialised provider travels with every resource, so gRPC's 4 MiB default is too small. */
export const channelOptions = {
  "grpc.max_receive_message_length": 400 * 1024 * 1024,
  "grpc.max_send_message_length": 400 * 1024 * 1024,
};

/** Turns a callback-style unary call into a promise. */
export function rpc<Response>(
  start: (done: (error: ServiceError | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    start((error, response) => (error ? reject(error) : resolve(response)));
  });
}

export const insecure = () => credentials.createInsecure();

export const toStruct = (properties: Properties): Struct =>
  struct.Struct.fromJavaScript(properties);

export const fromStruct = (message: Struct | undefined): Properties =>
  (message?.toJavaScript() ?? {}) as Properties;

/** Binds a server to a free port of the loopback interface and returns its address. */
export function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
}

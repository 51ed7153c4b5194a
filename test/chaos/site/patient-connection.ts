import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, CustomObjectsApi } from "@kubernetes/client-node";
import { connect, type Connection } from "../../support/cluster/connect.ts";

export interface PatientConnection extends Connection {
  readonly custom: CustomObjectsApi;
}

const PATIENCE_MS = 60_000;

/** The administrator's clients, for which an API server that is away is only slow: none of what they ask does harm twice. */
export function patientConnection(kubeconfig: string): PatientConnection {
  const connection = connect(kubeconfig);
  const custom = connection.config.makeApiClient(CustomObjectsApi);
  return { ...connection, core: patient(connection.core), custom: patient(custom) };
}

function patient<T extends object>(api: T): T {
  return new Proxy(api, {
    get(target, property) {
      const member = Reflect.get(target, property) as unknown;
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(200)) {
          try {
            return await (member.apply(target, args) as Promise<unknown>);
          } catch (error) {
            if (isAnswer(error) || Date.now() > deadline) throw error;
          }
        }
      };
    },
  });
}

const isAnswer = (error: unknown): boolean =>
  error instanceof ApiException && error.code < 500 && error.code !== 429;

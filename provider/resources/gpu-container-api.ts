import type { Client, Container } from "@aifactory/sdk";
import type { ComputeApi } from "./compute.ts";
import { pickFields } from "./fields.ts";
import { containerFields, type GpuContainerInputs } from "./gpu-container-fields.ts";

const EDITABLE =
  "name flavor image ports env command disk registryCredentials maxRunningSeconds tags".split(" ");

/** The operations of the API on containers. */
export function containerApi(client: Client): ComputeApi<Container> {
  const path = (containerId: string) => ({ path: { containerId } });
  return {
    create(inputs, clientToken) {
      const { workspaceId, region, template } = inputs as GpuContainerInputs;
      const given = EDITABLE.filter((key) => key in inputs);
      const body = { ...pickFields(containerFields, given, inputs), region, template, clientToken };
      return client.createContainer({ path: { workspaceId }, body: body as never });
    },
    get: (id, signal) =>
      client.getContainer({ ...path(id), ...(signal === undefined ? {} : { signal }) }),
    edit(id, changed, inputs) {
      const body: Record<string, unknown> = pickFields(
        containerFields,
        changed.filter((key) => EDITABLE.includes(key)),
        inputs,
      );
      const disk = body["disk"] as { sizeGib: number } | undefined;
      if (disk) body["disk"] = { sizeGib: disk.sizeGib };
      if (Object.keys(body).length === 0) return client.getContainer(path(id));
      return client.updateContainer({ ...path(id), body });
    },
    remove: (id) => client.deleteContainer(path(id)),
    start: (id) => client.startContainer(path(id)),
    stop: (id) => client.stopContainer(path(id)),
  };
}

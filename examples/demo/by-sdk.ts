import {
  createClient,
  waitForContainer,
  waitForGone,
  waitForNotebook,
  type Client,
} from "@aifactory/sdk";
import { notebooksOnlyIn } from "../quickstart/boundary.ts";
import type { Access, Deployment, Made } from "./deployment.ts";
import { line, progress } from "./print.ts";

/** The resources of `examples/quickstart`, made with the SDK alone. */
export function bySdk({ url, organizationId, token }: Access): Deployment {
  const client = createClient({ url, token });
  let made: (Made & { policyId: string }) | undefined;
  return {
    async up() {
      made = await create(client, organizationId);
      return made;
    },
    async destroy() {
      if (made !== undefined) await remove(client, made);
    },
  };
}

async function create(
  client: Client,
  organizationId: string,
): Promise<Made & { policyId: string }> {
  const workspace = await client.createWorkspace({
    path: { organizationId },
    body: { name: "ml" },
  });
  const workspaceId = workspace.id;
  for (const service of ["notebook", "container"] as const) {
    await client.enableService({
      path: { workspaceId, service },
      body: { regions: ["hanoi", "tokyo"] },
    });
  }
  line(`Workspace ml ${workspaceId}`);
  const policy = await client.createPolicy({
    path: { organizationId },
    body: {
      name: "vn-only",
      description: "Everything, but new notebooks in hanoi only",
      statements: notebooksOnlyIn("hanoi").map(({ effect, service, regions, actions }) => ({
        effect,
        service,
        regions: regions === "*" ? regions : [...regions],
        actions: actions === "*" ? actions : [...actions],
      })),
    },
  });
  await client.attachWorkspacePolicy({ path: { workspaceId, policyId: policy.id } });
  line(`Boundary vn-only ${policy.id} attached`);
  await client.putQuota({ path: { workspaceId }, body: { period: "day", limitUsd: "25.00" } });
  line("Quota 25.00 USD a day");
  const notebook = await client.createNotebook({
    path: { workspaceId },
    body: {
      name: "research",
      region: "hanoi",
      flavor: "h100-sxm5-1",
      image: "jupyter-pytorch",
      homeVolume: { sizeGib: 50 },
    },
  });
  const container = await client.createContainer({
    path: { workspaceId },
    body: {
      name: "llm",
      region: "hanoi",
      flavor: "h100-sxm5-2",
      template: "vllm",
      disk: { sizeGib: 100, mountPath: "/models" },
    },
  });
  const follow = (kind: string) => ({
    onProgress: ({ value }: { value: { status: string; statusReason: { message: string } } }) => {
      line(`${kind} ${value.status}: ${value.statusReason.message}`);
      progress(`waiting for the ${kind}`);
    },
  });
  await Promise.all([
    waitForNotebook(client, notebook.id, follow("Notebook")),
    waitForContainer(client, container.id, follow("GpuContainer")),
  ]);
  return { workspaceId, notebookId: notebook.id, containerId: container.id, policyId: policy.id };
}

async function remove(client: Client, made: Made & { policyId: string }): Promise<void> {
  const { workspaceId, notebookId, containerId, policyId } = made;
  await client.deleteNotebook({ path: { notebookId } });
  await client.deleteContainer({ path: { containerId } });
  await waitForGone((signal) => client.getNotebook({ path: { notebookId }, signal }));
  await waitForGone((signal) => client.getContainer({ path: { containerId }, signal }));
  await client.deleteWorkspace({ path: { workspaceId } });
  await waitForGone((signal) => client.getWorkspace({ path: { workspaceId }, signal }));
  await client.deletePolicy({ path: { policyId } });
}

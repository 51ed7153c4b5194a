import { createClient } from "@aifactory/sdk";
import { localIssuer } from "../../../api/adapters/local-issuer/local-issuer.ts";
import { localOrganization } from "../../../api/local-organization.ts";
import { carefulClient, type CarefulClient } from "../../e2e/crash/careful-client.ts";
import { fund } from "../../e2e/crash/fund.ts";
import { installWitness } from "../../e2e/crash/witness.ts";
import { startBalancer } from "../../simulation/site/balancer.ts";
import { addNodes, removeNodes } from "../../support/cluster/nodes.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { operatorToken, Seat } from "./seat.ts";
import type { World } from "./world.ts";

/** The control plane of one seed: two replicas on a database of their own, and nodes of its own. */
export interface ChaosSite {
  readonly clusterId: string;
  /** Of its namespaces. */
  readonly prefix: string;
  readonly database: TestDatabase;
  readonly seats: readonly Seat[];
  readonly owner: CarefulClient;
  readonly organizationId: string;
  readonly workspaceId: string;
  /** Deleted, with what is in it, during the story. */
  readonly doomedWorkspaceId: string;
  /** Nodes with GPUs that are there. */
  readonly nodes: string[];
  addNode(): Promise<string>;
  removeNode(name: string): Promise<void>;
  /** All replicas drain. */
  closeReplicas(): Promise<void>;
  /** Everything goes, whatever state it is in. */
  remove(): Promise<void>;
}

const GPU_NODES = 3;
// A replica that stands still answers nobody for as long; the other one does.
const CLIENT_TIMEOUT_SECONDS = 5;
const CREDITS = [{ amount: "0.10", service: "notebook" as const }, { amount: "5000.00" }];

export async function openChaosSite(world: World, seed: number): Promise<ChaosSite> {
  const { admin } = world;
  const clusterId = `chaos-${seed}`;
  const prefix = `chaos-${seed}-`;
  const gpuModel = `NVIDIA-H100-80GB-HBM3-${seed}`;
  await using stack = new AsyncDisposableStack();
  const nodes: string[] = [];
  let named = 0;
  const addNode = async () => {
    const name = `${prefix}${(named += 1)}`;
    await addNodes(admin, [{ name, gpuModel, gpus: 8, cpu: 96, memoryGib: 1536 }]);
    nodes.push(name);
    return name;
  };
  stack.defer(() => removeNodes(admin, nodes));
  for (let count = 0; count < GPU_NODES; count++) await addNode();
  const database = await createTestDatabase();
  stack.defer(() => database.drop());
  await installWitness(database.adminUrl);
  const seats: Seat[] = [];
  for (const name of ["a", "b"]) {
    const options = { name, databaseUrl: database.url, clusterId, prefix, gpuModel };
    const seat = await Seat.make(world, options);
    stack.defer(() => seat.proxy.close());
    seats.push(seat);
  }
  let closed = false;
  stack.defer(async () => {
    if (!closed) await Promise.all(seats.map((seat) => seat.kill()));
  });
  await Promise.all(seats.map((seat) => seat.revive()));
  const balancer = await startBalancer(() => seats.flatMap(({ port }) => port ?? []));
  stack.defer(() => balancer.close());
  const issuer = await localIssuer(database.database);
  const { organizationId, ownerToken } = await localOrganization(database.database, issuer, "USD");
  const { url } = balancer;
  const operator = createClient({ url, token: operatorToken });
  const clients = { owner: createClient({ url, token: ownerToken }), operator };
  const workspaceId = await fund(clients, organizationId, CREDITS, ["hanoi"]);
  const everything = stack.move();
  return {
    clusterId,
    prefix,
    database,
    seats,
    owner: carefulClient(url, ownerToken, CLIENT_TIMEOUT_SECONDS),
    organizationId,
    workspaceId,
    doomedWorkspaceId: await doomed(clients.owner, organizationId),
    nodes,
    addNode,
    async removeNode(name) {
      nodes.splice(nodes.indexOf(name), 1);
      await removeNodes(admin, [name]);
    },
    async closeReplicas() {
      closed = true;
      await Promise.all(seats.map((seat) => seat.close()));
    },
    async remove() {
      await everything.disposeAsync();
    },
  };
}

async function doomed(owner: ReturnType<typeof createClient>, organizationId: string) {
  const path = { organizationId };
  const { id: workspaceId } = await owner.createWorkspace({ path, body: { name: "doomed" } });
  const service = "container";
  await owner.enableService({ path: { workspaceId, service }, body: { regions: ["hanoi"] } });
  return workspaceId;
}

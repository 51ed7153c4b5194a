import { ACTIONS, SERVICES } from "@aifactory/sdk/policy";
import { must } from "../support/fixture.ts";
import { uniqueName } from "../support/samples.ts";
import type { Person, TestSite } from "../support/site.ts";
import { randomFrom, type Random } from "./crash/random.ts";

/** Who acts where. */
export interface Cast {
  readonly workspaces: readonly string[];
  readonly people: Readonly<Record<string, Person>>;
}

interface Scene extends Cast {
  readonly site: TestSite;
  readonly random: Random;
  readonly policies: string[];
  /** Paths of what was made. */
  readonly notebooks: string[];
  readonly containers: string[];
  readonly volumes: string[];
}

const REGIONS = ["hanoi", "tokyo"];

/**
 * People create, edit, stop and delete at random, wherever they may or may not, while the Owner changes Policies,
 * Services and roles. At the end every Policy is detached and deleted.
 */
export async function tellBusyStory(
  site: TestSite,
  cast: Cast,
  { steps, seed }: { steps: number; seed: number },
): Promise<void> {
  const random = randomFrom(seed);
  const scene = { site, random, ...cast, policies: [], notebooks: [], containers: [], volumes: [] };
  for (let step = 0; step < 4; step++) await writePolicy(scene);
  for (let step = 0; step < steps; step++)
    await (random.next() < 0.25 ? random.pick(RULINGS) : random.pick(ACTS))(scene);
  await forgetPolicies(scene);
}

type Step = (scene: Scene) => Promise<unknown>;

const RULINGS: Step[] = [
  (scene) => rule(scene, "PUT", boundaryPath(scene)),
  (scene) => rule(scene, "DELETE", boundaryPath(scene)),
  leaveOneBoundary,
  (scene) => rule(scene, "PUT", identityPath(scene)),
  (scene) => rule(scene, "DELETE", identityPath(scene)),
  (scene) => rule(scene, "DELETE", identityPath(scene)),
  (scene) =>
    rule(scene, "PATCH", `/v1/policies/${scene.random.pick(scene.policies)}`, {
      statements: statements(scene.random),
    }),
  writePolicy,
  ({ random, ...scene }) => {
    const path = `/v1/workspaces/${random.pick(scene.workspaces)}/services/${random.pick(SERVICES)}`;
    const regions = random.next() < 0.3 ? [random.pick(REGIONS)] : REGIONS;
    return random.next() < 0.2
      ? rule({ random, ...scene }, "DELETE", path)
      : rule({ random, ...scene }, "PUT", path, { regions });
  },
  (scene) => {
    const { userId } = scene.people["program"]!;
    const path = `/v1/workspaces/${scene.random.pick(scene.workspaces)}/members/${userId}`;
    return rule(scene, "PUT", path, { role: scene.random.pick(["Admin", "Member"]) });
  },
];

const ACTS: Step[] = [
  (scene) =>
    make(scene, "notebooks", {
      flavor: "cpu-small",
      image: "jupyter-base",
      homeVolume: { sizeGib: 10 },
    }),
  (scene) =>
    make(scene, "containers", {
      flavor: scene.random.pick(["h100-sxm5-1", "h200-sxm5-1"]),
      image: "ubuntu:24.04",
      disk: { sizeGib: 10, mountPath: "/data" },
    }),
  (scene) => make(scene, "volumes", { sizeGib: 10 }),
  (scene) => toOne(scene, "notebooks", "PATCH", "", { homeVolume: { sizeGib: 12 } }),
  (scene) =>
    toOne(scene, "containers", "PATCH", "", { disk: { sizeGib: scene.random.integer(10, 40) } }),
  (scene) => toOne(scene, "volumes", "PATCH", "", { sizeGib: 12 }),
  (scene) => toOne(scene, "notebooks", "POST", "/stop"),
  (scene) => toOne(scene, "containers", "POST", "/stop"),
  (scene) => toOne(scene, "containers", "POST", "/start"),
  (scene) => toOne(scene, "notebooks", "POST", "/recreate"),
  (scene) => toOne(scene, "volumes", "DELETE"),
  (scene) => {
    const containerId = scene.random.pick(scene.containers)?.split("/").at(-1);
    const body = { containerId, mountPath: "/mnt/data" };
    return containerId === undefined
      ? Promise.resolve()
      : toOne(scene, "volumes", "POST", "/attach", body);
  },
];

function rule(
  { site }: Scene,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number }> {
  return site.request(method, path, { token: site.ownerToken, body });
}

async function writePolicy({ site, random, policies }: Scene): Promise<void> {
  const path = `/v1/organizations/${site.organizationId}/policies`;
  const body = { name: uniqueName(), statements: statements(random) };
  policies.push((await must(site.request("POST", path, { token: site.ownerToken, body }))).id);
}

/** Mostly generous, or nothing would ever come to be. */
function statements(random: Random): unknown[] {
  const all = SERVICES.map((service) => ({
    effect: "Allow",
    service,
    regions: random.next() < 0.3 ? [random.pick(REGIONS)] : "*",
    actions: "*",
  }));
  if (random.next() < 0.4) return random.next() < 0.3 ? all.slice(1) : all;
  const service = random.pick(SERVICES);
  const [first, ...others] = ACTIONS[service];
  const actions = [first, ...others.filter(() => random.next() < 0.5)];
  return [...all, { effect: "Deny", service, regions: [random.pick(REGIONS)], actions }];
}

function boundaryPath({ random, workspaces, policies }: Scene): string {
  return `/v1/workspaces/${random.pick(workspaces)}/policies/${random.pick(policies)}`;
}

/** Of several boundaries one would allow what another does not. */
async function leaveOneBoundary(scene: Scene): Promise<void> {
  const workspace = `/v1/workspaces/${scene.random.pick(scene.workspaces)}`;
  for (const policyId of scene.policies)
    await rule(scene, "DELETE", `${workspace}/policies/${policyId}`);
  const [policyId] = scene.policies.splice(scene.random.integer(0, scene.policies.length - 1), 1);
  scene.policies.push(policyId!);
  await rule(scene, "PUT", `${workspace}/policies/${policyId}`);
}

function identityPath(scene: Scene): string {
  const { random, workspaces, people, policies } = scene;
  const { userId } = random.pick(Object.values(people));
  return `/v1/workspaces/${random.pick(workspaces)}/members/${userId}/policies/${random.pick(policies)}`;
}

function someone({ site, random, people }: Scene): string {
  return random.next() < 0.1 ? site.ownerToken : random.pick(Object.values(people)).token;
}

async function make(
  scene: Scene,
  kind: "notebooks" | "containers" | "volumes",
  body: object,
): Promise<void> {
  const { site, random, workspaces } = scene;
  const path = `/v1/workspaces/${random.pick(workspaces)}/${kind}`;
  const answer = await site.request("POST", path, {
    token: someone(scene),
    body: { name: uniqueName(), region: random.pick(REGIONS), ...body },
  });
  if (answer.status < 300) scene[kind].push(`/v1/${kind}/${answer.body.id}`);
}

async function toOne(
  scene: Scene,
  kind: "notebooks" | "containers" | "volumes",
  method: string,
  verb = "",
  body?: unknown,
): Promise<void> {
  if (scene[kind].length === 0) return;
  const path = `${scene.random.pick(scene[kind])}${verb}`;
  await scene.site.request(method, path, { token: someone(scene), body });
}

async function forgetPolicies(scene: Scene): Promise<void> {
  const { site, workspaces, people, policies } = scene;
  for (const policyId of policies) {
    for (const workspaceId of workspaces) {
      const workspace = `/v1/workspaces/${workspaceId}`;
      await rule(scene, "DELETE", `${workspace}/policies/${policyId}`);
      for (const { userId } of Object.values(people))
        await rule(scene, "DELETE", `${workspace}/members/${userId}/policies/${policyId}`);
    }
    await must(site.request("DELETE", `/v1/policies/${policyId}`, { token: site.ownerToken }));
  }
}

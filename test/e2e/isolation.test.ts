import { afterAll, beforeAll, expect, test } from "vitest";
import defaultSite from "../../api/domain/catalogue/default-site.json" with { type: "json" };
import { Catalogue } from "../../api/domain/catalogue/catalogue.ts";
import { siteFile } from "../../api/domain/catalogue/schema.ts";
import { resources } from "../../provider/resources/resources.ts";
import type { Answer } from "../support/request.ts";
import { startRunningSite, type RunningSite } from "../support/running-site.ts";

const REQUEST = {
  name: "server",
  region: "hanoi",
  flavor: "h100-sxm5-1",
  image: "docker.io/library/ubuntu:24.04",
};
const NOTEBOOK = {
  name: "research",
  region: "hanoi",
  flavor: "cpu-small",
  image: "jupyter-base",
  homeVolume: { sizeGib: 1 },
};
const OWN_REGISTRY = "registry.hanoi.internal:5000";
const INSIDE = "images.hanoi.internal/jupyter:1";
const CREDENTIALS = { server: "ghcr.io", username: "robot", password: "pass" };

let site: RunningSite;
let workspace: string;
/** Stopped, with a disk at `/disk`. */
let container: string;
beforeAll(async () => {
  const file = siteFile.parse(defaultSite);
  const inside = { ...file.templates[0]!, id: "inside", image: INSIDE };
  const catalogue = new Catalogue({
    ...file,
    site: { ...file.site, internalRegistries: [OWN_REGISTRY] },
    templates: [...file.templates, inside],
  });
  site = await startRunningSite({ adapt: () => catalogue });
  workspace = await site.createWorkspace();
  const disk = { sizeGib: 1, mountPath: "/disk" };
  container = (await site.ask("POST", containersOf(workspace), { ...REQUEST, disk })).body.id;
  await site.ask("POST", `/v1/containers/${container}/stop`);
  await site.pass(60);
});
afterAll(() => site?.stop());

const containersOf = (of: string) => `/v1/workspaces/${of}/containers`;

const image = (reference: string): [object, string] => [{ image: reference }, "/image"];
const env = (...names: string[]) => ({ env: names.map((name) => ({ name, value: "x" })) });
const reserved = (name: string): [object, string] => [env(name), "/env/0/name"];
const mount = (mountPath: string): [object, string] => [
  { disk: { sizeGib: 1, mountPath } },
  "/disk/mountPath",
];
const ports = (...numbers: number[]) => ({
  ports: numbers.map((port) => ({ port, protocol: "TCP" })),
});
const login = (more: object) => ({ registryCredentials: { ...CREDENTIALS, ...more } });

/** What the contract refuses, wherever it is asked for; a preview by Pulumi refuses it, too. */
const FORBIDDEN: [title: string, ...[object, string]][] = [
  ["an image with a space", ...image("ubuntu:24.04 --privileged")],
  ["an image with a line break", ...image("ubuntu:24.04\n")],
  ["an image with upper case", ...image("docker.io/library/Ubuntu")],
  ["an image with a scheme", ...image("https://docker.io/library/ubuntu")],
  ["an image of another transport", ...image("oci-archive:/etc/shadow")],
  ["an image that climbs", ...image("docker.io/../../etc")],
  ["an image with an empty part", ...image("docker.io//ubuntu")],
  ["an image of two tags", ...image("ubuntu:1:2")],
  ["an image of a login", ...image("user:password@docker.io/ubuntu")],
  ["a short digest", ...image(`ubuntu@sha256:${"a".repeat(63)}`)],
  ["a digest in upper case", ...image(`ubuntu@sha256:${"A".repeat(64)}`)],
  ["a digest of an unknown kind", ...image(`ubuntu@md5:${"a".repeat(32)}`)],
  ["a digest without a name", ...image(`sha256:${"a".repeat(64)}@`)],
  ["an address of the sixth version", ...image("[::1]:5000/ubuntu")],
  ["a very long image", ...image(`a/${"b".repeat(254)}`)],
  ["a very long tag", ...image(`a:${"b".repeat(129)}`)],
  ["the root as mount path", ...mount("/")],
  ["a relative mount path", ...mount("data")],
  ["a mount path that climbs", ...mount("/data/../etc")],
  ["a mount path that stays", ...mount("/./etc")],
  ["a mount path with an empty part", ...mount("//etc")],
  ["a mount path that ends in a slash", ...mount("/data/")],
  ["a mount path with a colon", ...mount("/data:ro")],
  ["shared memory as mount path", ...mount("/dev/shm")],
  ["devices as mount path", ...mount("/dev/nvidia0")],
  ["the kernel as mount path", ...mount("/proc/1")],
  ["system settings as mount path", ...mount("/sys")],
  ["a service account as mount path", ...mount("/var/run/secrets/kubernetes.io/serviceaccount")],
  ["the runtime as mount path", ...mount("/run/containerd")],
  ["/etc as mount path", ...mount("/etc")],
  ["programs as mount path", ...mount("/usr/bin")],
  ["all GPUs of a node", ...reserved("NVIDIA_VISIBLE_DEVICES")],
  ["channels between nodes", ...reserved("NVIDIA_IMEX_CHANNELS")],
  ["the switches between GPUs", ...reserved("NVIDIA_NVSWITCH")],
  ["network devices of a node", ...reserved("NVIDIA_MOFED")],
  ["partitioning of GPUs", ...reserved("NVIDIA_MIG_CONFIG_DEVICES")],
  ["the access token", ...reserved("AIFACTORY_ACCESS_TOKEN")],
  ["a variable with an equals sign", ...reserved("A=B")],
  ["a variable with a dot", ...reserved("LD.PRELOAD")],
  ["a variable with a line break", ...reserved("A\nB")],
  ["a variable without a name", ...reserved("")],
  ["a very long name of a variable", ...reserved("A".repeat(129))],
  ["port 0", ports(0), "/ports/0/port"],
  ["a port beyond all", ports(65_536), "/ports/0/port"],
  ["half a port", ports(22.5), "/ports/0/port"],
];

/** What only the request as a whole, or the site, can tell. */
const REFUSED: typeof FORBIDDEN = [
  ["NUL in a value", { env: [{ name: "A", value: "a\0b" }] }, "/env/0/value"],
  ["NUL in a command", { command: ["sh", "a\0b"] }, "/command/1"],
  ["a very long value", { env: [{ name: "A", value: "x".repeat(32_769) }] }, "/env/0/value"],
  [
    "too much environment in all",
    { env: ["A", "B", "C"].map((name) => ({ name, value: "x".repeat(22_000), secret: true })) },
    "/env",
  ],
  [
    "too much environment in bytes",
    { env: ["A", "B"].map((name) => ({ name, value: "€".repeat(11_000) })) },
    "/env",
  ],
  ["too many variables", env(...Array.from({ length: 257 }, (_, index) => `A${index}`)), "/env"],
  ["a variable twice", env("A", "A"), "/env/1/name"],
  ["too long a command", { command: Array(17).fill("x".repeat(4096)) }, "/command"],
  ["a port twice", ports(22, 22), "/ports/1/port"],
  [
    "a port of two protocols",
    { ports: [...ports(22).ports, { port: 22, protocol: "HTTP" }] },
    "/ports/1/port",
  ],
  [
    "ports of the node",
    { ports: [{ port: 22, protocol: "TCP", hostPort: 22 }] },
    "/ports/0/hostPort",
  ],
  ["a login for a list of hosts", login({ server: "*" }), "/registryCredentials/server"],
  ["a login for a place in JSON", login({ server: '"},"x":{' }), "/registryCredentials/server"],
  ["a login for a file", login({ server: "file:///etc" }), "/registryCredentials/server"],
  ["a login name with a colon", login({ username: "a:b" }), "/registryCredentials/username"],
  ["a login name of two lines", login({ username: "a\nb" }), "/registryCredentials/username"],
  ["privilege", { privileged: true }, "/privileged"],
  ["a security context", { securityContext: { runAsUser: 0 } }, "/securityContext"],
  ["the node's network", { hostNetwork: true }, "/hostNetwork"],
  ["a folder of the node", { volumes: [{ hostPath: "/" }] }, "/volumes"],
  ["a node", { nodeSelector: { "kubernetes.io/hostname": "n" } }, "/nodeSelector"],
  ["annotations", { annotations: { a: "b" } }, "/annotations"],
  ["labels", { labels: { "aifactory.dev/workspace": "x" } }, "/labels"],
  ["a service account", { serviceAccountName: "admin" }, "/serviceAccountName"],
  ["a region that is not offered", { region: "kube-system" }, "/region"],
  ["a flavor that is not offered", { flavor: "dgx" }, "/flavor"],
  ["a flavor of another region", { flavor: "h200-sxm5-1" }, "/flavor"],
  ...[
    "localhost/x",
    "localhost:5000/x",
    "127.0.0.1/x",
    "127.0.0.1:5000/x:1",
    "10.0.0.5/x",
    "169.254.169.254/latest/meta-data",
    "2130706433:80/x",
    "0x7f.1/x",
    "8.8.8.8/x",
    "registry:5000/x",
    "Registry/x",
    "kubernetes.default.svc/x",
    "kubernetes.default.svc.cluster.local:443/x",
    "metadata.google.internal/x",
    "registry.hanoi.internal/x",
    "nas.local/x",
  ].map((reference): [string, ...[object, string]] => [
    `an image from ${reference}`,
    ...image(reference),
  ]),
];

const UNPLACED = ["region", "flavor"];

/** Every request that takes the field. */
function requestsWith(change: object): Promise<Answer>[] {
  const [field = ""] = Object.keys(change);
  const { image: kept } = REQUEST;
  const { name, ...spec } = { ...REQUEST, name: "saved", ...change } as Record<string, unknown>;
  for (const unplaced of UNPLACED) delete spec[unplaced];
  return [
    site.ask("POST", containersOf(workspace), { ...REQUEST, ...change }),
    ...(field === "disk" || UNPLACED.includes(field)
      ? []
      : [site.ask("PATCH", `/v1/containers/${container}`, change)]),
    ...(field === "registryCredentials" || UNPLACED.includes(field)
      ? []
      : [
          site.ask("POST", `/v1/workspaces/${workspace}/templates`, { name, image: kept, ...spec }),
        ]),
  ];
}

test.each([...FORBIDDEN, ...REFUSED])("ORG-3 RES-2 %s is refused by its name", async (...asked) => {
  const [, change, pointer] = asked;
  for (const answer of requestsWith(change)) {
    const { status, body } = await answer;
    expect({ status, code: body.code }).toEqual({ status: 400, code: "invalid_input" });
    expect(body.errors.map((it: { pointer: string }) => it.pointer)).toContain(pointer);
  }
});

test.each(FORBIDDEN)("a preview refuses %s, too", (_, change) => {
  const { region, flavor, name, image: kept } = REQUEST;
  const inputs = { workspaceId: "ws_01jd0000000000000000000000", region, flavor, name };
  expect(resources.GpuContainer.check({ ...inputs, image: kept }, {})).toEqual([]);
  expect(resources.GpuContainer.check({ ...inputs, image: kept, ...change }, {})).toHaveLength(1);
});

test("RES-2 what looks odd and does no harm is accepted, by a preview too", async () => {
  const fine = [
    { image: "ubuntu" },
    { image: "ghcr.io/acme/serve__it:v1.2-rc.1" },
    { image: `docker.io/library/ubuntu@sha256:${"a".repeat(64)}` },
    { image: `registry.example.com:5000/a/b-c/d.e:1@sha256:${"a".repeat(64)}` },
    { image: `${OWN_REGISTRY}/team/serve:1` },
    { disk: { sizeGib: 1, mountPath: "/root/.cache/huggingface" } },
    { disk: { sizeGib: 1, mountPath: "/usr/share/ollama/.ollama" } },
    env(
      "LD_PRELOAD",
      "PATH",
      "NVIDIA_DRIVER_CAPABILITIES",
      "CUDA_VISIBLE_DEVICES",
      "JUPYTER_TOKEN",
    ),
    { env: [{ name: "CERTIFICATE", value: "-----BEGIN\n\t\u0007\u202e$(PATH)$$" }] },
    { command: ["sh", "-c", "exec serve --model $MODEL\n"] },
    ports(1, 65_535),
    login({ server: "https://index.docker.io/v1/" }),
    login({ server: "registry.example.com:5000", username: "robot$team+ci" }),
    { name: "aifactory.dev/workspace=x", tags: { "kubernetes.io/metadata.name": "kube-system" } },
  ];
  const inputs = { ...REQUEST, workspaceId: "ws_01jd0000000000000000000000" };
  for (const change of fine) {
    const { status, body } = await site.ask("POST", containersOf(workspace), {
      ...REQUEST,
      ...change,
    });
    expect(status, JSON.stringify({ change, body })).toBe(201);
    expect(resources.GpuContainer.check({ ...inputs, ...change }, {})).toEqual([]);
    await site.ask("DELETE", `/v1/containers/${body.id}`);
  }
});

test("RES-2 an image of the operator's own template may come from anywhere", async () => {
  const { image: _, ...rest } = REQUEST;
  const { status, body } = await site.ask("POST", containersOf(workspace), {
    ...rest,
    template: "inside",
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const same = await site.ask("PATCH", `/v1/containers/${body.id}`, { image: INSIDE });
  expect(same.status).toBe(200);
  await site.ask("DELETE", `/v1/containers/${body.id}`);
});

test("RES-1 a notebook runs images of the catalogue alone", async () => {
  const path = `/v1/workspaces/${workspace}/notebooks`;
  for (const reference of ["docker.io/library/ubuntu:24.04", "../base", "Jupyter-Base"]) {
    const { status, body } = await site.ask("POST", path, { ...NOTEBOOK, image: reference });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ pointer: "/image" }]);
  }
  const { body } = await site.ask("POST", path, { ...NOTEBOOK, env: [], command: ["sh"] });
  expect(body.errors.map((it: { pointer: string }) => it.pointer)).toEqual(["/env", "/command"]);
});

test("ORG-3 RES-3 a volume of another Workspace or Organization is not there", async () => {
  const other = await site.createOrganization("other");
  const elsewhere = await site.createWorkspace();
  const foreign = await site.createWorkspace({
    organizationId: other.organizationId,
    ownerToken: other.token,
  });
  await site.fund("100.00", other);
  const asked = { name: "data", region: "hanoi", sizeGib: 1 };
  const make = async (of: string, token?: string) => {
    const { status, body } = await site.ask("POST", `/v1/workspaces/${of}/volumes`, asked, token);
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id as string;
  };
  const mine = await make(workspace);
  const body = { containerId: container, mountPath: "/data" };
  for (const [volume, token] of [
    [await make(elsewhere), undefined],
    [await make(foreign, other.token), undefined],
    [mine, other.token],
  ] as const) {
    const { status, body: refused } = await site.ask(
      "POST",
      `/v1/volumes/${volume}/attach`,
      body,
      token,
    );
    expect(status).toBe(404);
    expect(refused.code).toBe("not_found");
  }
  for (const mountPath of ["/etc", "/dev/shm", "/data/../etc", "data"]) {
    const { body: refused } = await site.ask("POST", `/v1/volumes/${mine}/attach`, {
      ...body,
      mountPath,
    });
    expect(refused.errors, mountPath).toMatchObject([{ pointer: "/mountPath" }]);
  }
  for (const mountPath of ["/disk", "/disk/inside", "/disk/.hidden"]) {
    const refused = await site.ask("POST", `/v1/volumes/${mine}/attach`, { ...body, mountPath });
    expect(refused.body).toMatchObject({ status: 409, code: "mount_path_taken" });
  }
  expect((await site.ask("POST", `/v1/volumes/${mine}/attach`, body)).status).toBe(200);
});

test("ORG-3 nothing of what was refused reached a cluster", async () => {
  await site.pass(60);
  const lists = await Promise.all([...site.site.clusters.values()].map((it) => it.list()));
  expect(lists.flatMap(({ workloads }) => workloads)).toEqual([]);
});

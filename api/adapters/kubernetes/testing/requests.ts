import fc from "fast-check";
import { v7 } from "uuid";
import { createContainer } from "#contract/containers.ts";
import type { Workload } from "#ports/cluster.ts";

// What a parser, a shell, a label or a path might read otherwise than we do.
const ODD = [
  "$(JUPYTER_TOKEN)",
  "$$(A)",
  "a\nb: c",
  "{{ .Values }}",
  "../../etc",
  "'; rm -rf /",
  '"},"hostNetwork":true,"x":{"',
  "\u202e\u0007\ufeff",
  "kubernetes.io/metadata.name",
  "x".repeat(2000),
];
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.constantFrom(...ODD));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/);
const variable = fc.oneof(
  { weight: 5, arbitrary: name },
  fc.constantFrom("LD_PRELOAD", "PATH", "NVIDIA_VISIBLE_DEVICES", "AIFACTORY_ACCESS_TOKEN", "A=B"),
);
const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
const image = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(part, { minLength: 1, maxLength: 3 }).map((it) => it.join("/")),
  },
  fc.constantFrom("registry.example.com:5000/a/b:1", `a@sha256:${"0".repeat(64)}`, "Foo/bar"),
  text,
);
const mountPath = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(part, { minLength: 1, maxLength: 4 }).map((it) => `/${it.join("/")}`),
  },
  fc.constantFrom("/", "/dev/shm", "/proc", "/etc", "/root/.cache", "/a/../b"),
);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const request = fc.record({
  name: fc.oneof({ weight: 3, arbitrary: part }, text),
  region: fc.constant("hanoi"),
  flavor: fc.constant("h100-sxm5-1"),
  image,
  ports: optional(
    fc.array(
      fc.record({
        port: fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(0, 22, 10_250, 65_536)),
        protocol: fc.constantFrom("HTTP", "TCP"),
      }),
      { maxLength: 20 },
    ),
  ),
  env: optional(
    fc.array(fc.record({ name: variable, value: text, secret: fc.boolean() }), { maxLength: 12 }),
  ),
  command: optional(fc.array(text, { minLength: 1, maxLength: 6 })),
  disk: optional(fc.record({ sizeGib: fc.integer({ min: 1, max: 50 }), mountPath })),
  registryCredentials: optional(
    fc.record({
      server: fc.constantFrom(
        "ghcr.io",
        "registry.example.com:5000",
        "https://index.docker.io/v1/",
        "*",
      ),
      username: fc.oneof(name, text),
      password: text.filter((it) => it.length > 0),
    }),
  ),
  tags: optional(fc.dictionary(name, text, { maxKeys: 3 })),
});

const FLAVORS = (gpuModel: string): Workload["size"][] => [
  { vcpu: 4, memoryGib: 16, gpu: { model: gpuModel, count: 1 } },
  { vcpu: 32, memoryGib: 256, gpu: { model: gpuModel, count: 8 } },
  { vcpu: 1, memoryGib: 1, gpu: null },
];

/** The workload of a request that the API accepts; most of them are odd in some way. */
export function acceptedWorkload(workspaceId: string, gpuModel: string): fc.Arbitrary<Workload> {
  const accepted = request
    .map((it) => createContainer.body!.safeParse(it))
    .filter(({ success }) => success)
    .map(({ data }) => data!);
  return fc.tuple(accepted, fc.constantFrom(...FLAVORS(gpuModel))).map(([asked, size]) => ({
    workspaceId,
    resourceId: v7(),
    generation: 1,
    kind: "container",
    name: asked.name,
    image: asked.image!,
    command: asked.command ?? null,
    env: asked.env ?? [],
    ports: asked.ports ?? [],
    size,
    mounts: asked.disk ? [{ volumeId: v7(), mountPath: asked.disk.mountPath }] : [],
    maxRestarts: 5,
    accessToken: "an-access-token-that-nobody-sees",
    registryCredentials: asked.registryCredentials ?? null,
  }));
}

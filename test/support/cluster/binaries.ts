import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { buildTools, goVersion, moduleVersion, TOOLS } from "./go.ts";

const PACKAGES = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kwok: "sigs.k8s.io/kwok/cmd/kwok",
} as const;

export type ComponentName = keyof typeof PACKAGES;
export type Binaries = Record<ComponentName, string>;

const NAMES = Object.keys(PACKAGES) as ComponentName[];
const CACHE = join(import.meta.dirname, "../../../.cache/cluster");

/**
 * Where the parts of a cluster are. What `KUBEBUILDER_ASSETS` (the folder of `setup-envtest`) does not have is built from the
 * module in `tools`, which takes some minutes the first time, and kept in `.cache/cluster` until the module changes.
 */
export async function clusterBinaries(): Promise<Binaries> {
  const assets = process.env.KUBEBUILDER_ASSETS ?? "";
  const given = NAMES.filter((name) => assets !== "" && existsSync(join(assets, name)));
  const folder = given.length === NAMES.length ? assets : await builtTools();
  const place = (name: ComponentName) => join(given.includes(name) ? assets : folder, name);
  return Object.fromEntries(NAMES.map((name) => [name, place(name)])) as Binaries;
}

async function builtTools(): Promise<string> {
  const flags = linkerFlags();
  const folder = join(CACHE, `bin-${keyOf(flags)}`);
  if (existsSync(folder)) return folder;
  process.stderr.write(`Building ${NAMES.join(", ")}: some minutes the first time.\n`);
  mkdirSync(CACHE, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, "building-"));
  await buildTools(scratch, flags, Object.values(PACKAGES));
  // Go names a program after the last part of its path that is not a version.
  renameSync(join(scratch, "server"), join(scratch, "etcd"));
  await removeOthers(scratch);
  return settle(scratch, folder);
}

/** Another run may have built the same meanwhile; one of the two stays. */
async function settle(scratch: string, folder: string): Promise<string> {
  try {
    renameSync(scratch, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    await rm(scratch, { recursive: true });
  }
  return folder;
}

async function removeOthers(scratch: string): Promise<void> {
  const old = readdirSync(CACHE).filter((name) => name.startsWith("bin-"));
  for (const name of old)
    if (join(CACHE, name) !== scratch) await rm(join(CACHE, name), { recursive: true });
}

/** Released binaries know their version; a build from the module has to be told. */
function linkerFlags(): string {
  const version = moduleVersion("k8s.io/kubernetes");
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(version)!;
  const known = { gitVersion: version, gitMajor: major, gitMinor: minor };
  const set = Object.entries(known).map(
    ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
  );
  return ["-s -w", ...set].join(" ");
}

function keyOf(flags: string): string {
  const hash = createHash("sha256");
  for (const name of ["go.mod", "go.sum"]) hash.update(readFileSync(join(TOOLS, name)));
  return hash.update(goVersion()).update(flags).digest("hex").slice(0, 12);
}

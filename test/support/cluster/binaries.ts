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
 * Where the programs of a cluster are. What `KUBEBUILDER_ASSETS` (the folder of `setup-envtest`) does not have is built from
 * the module in `tools`, which takes some minutes the first time, and kept in `.cache/cluster` until the module changes.
 */
export async function clusterBinaries<Name extends ComponentName>(
  names: readonly Name[] = NAMES as Name[],
): Promise<Pick<Binaries, Name>> {
  const assets = process.env.KUBEBUILDER_ASSETS ?? "";
  const isGiven = (name: Name) => assets !== "" && existsSync(join(assets, name));
  const wanted = names.filter((name) => !isGiven(name));
  const folder = wanted.length === 0 ? assets : await builtTools(wanted);
  const places = names.map((name) => [name, join(isGiven(name) ? assets : folder, name)]);
  return Object.fromEntries(places) as Pick<Binaries, Name>;
}

async function builtTools(names: readonly ComponentName[]): Promise<string> {
  const flags = linkerFlags();
  const folder = join(CACHE, `bin-${keyOf(flags)}`);
  const missing = names.filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) await build(missing, folder, flags);
  return folder;
}

/** Beside the folder, so that what is there is whole; two runs that build the same do no harm. */
async function build(names: ComponentName[], folder: string, flags: string): Promise<void> {
  process.stderr.write(`Building ${names.join(", ")}: some minutes the first time.\n`);
  await removeOthers(folder);
  mkdirSync(folder, { recursive: true });
  const scratch = mkdtempSync(join(CACHE, "building-"));
  const packages = names.map((name) => PACKAGES[name]);
  await buildTools(scratch, flags, packages);
  // Go names a program after the last part of its path that is not a version.
  for (const name of names)
    renameSync(join(scratch, name === "etcd" ? "server" : name), join(folder, name));
  await rm(scratch, { recursive: true });
}

async function removeOthers(folder: string): Promise<void> {
  if (!existsSync(CACHE)) return;
  const old = readdirSync(CACHE).map((name) => join(CACHE, name));
  for (const it of old) if (it !== folder) await rm(it, { recursive: true });
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

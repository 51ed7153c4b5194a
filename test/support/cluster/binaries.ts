import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isRunning } from "../server.ts";
import { buildTools, goVersion, moduleVersion, TOOLS } from "./go.ts";

const PACKAGES = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
  "kube-scheduler": "k8s.io/kubernetes/cmd/kube-scheduler",
  kwok: "sigs.k8s.io/kwok/cmd/kwok",
  "simulated-kubelet": "./simulated-kubelet",
} as const;

export type ComponentName = keyof typeof PACKAGES;
export type Binaries = Record<ComponentName, string>;

const NAMES = Object.keys(PACKAGES) as ComponentName[];
/** What, beside the module, makes a program what it is. */
interface Recipe {
  go: string;
  flags: string;
}

const SCRATCH = "building-";
const CACHE = join(import.meta.dirname, "../../../.cache/cluster");

/**
 * Where the programs of a cluster are. What `KUBEBUILDER_ASSETS` (the folder of `setup-envtest`) does not have is built from
 * the module in `tools`, which takes some minutes the first time, and kept in `.cache/cluster` until the module changes.
 */
export async function clusterBinaries<Name extends ComponentName>(
  names: readonly Name[] = NAMES as Name[],
): Promise<Pick<Binaries, Name>> {
  const assets = process.env.KUBEBUILDER_ASSETS ?? "";
  const recipe = readRecipe();
  const places = names.map((name): [Name, string] => {
    const given = join(assets, name);
    return [name, assets !== "" && existsSync(given) ? given : builtPlace(name, recipe)];
  });
  const missing = places.filter(([, place]) => !existsSync(place)).map(([name]) => name);
  if (missing.length > 0) await build(missing, recipe);
  return Object.fromEntries(places) as Pick<Binaries, Name>;
}

/** Each is moved to its place when it is whole; two runs that build the same do no harm. */
async function build(names: ComponentName[], recipe: Recipe): Promise<void> {
  process.stderr.write(`Building ${names.join(", ")}: some minutes the first time.\n`);
  mkdirSync(CACHE, { recursive: true });
  await removeOld(recipe);
  const scratch = join(CACHE, `${SCRATCH}${process.pid}`);
  mkdirSync(scratch);
  const packages = names.map((name) => PACKAGES[name]);
  await buildTools(scratch, recipe.flags, packages);
  // Go names a program after the last part of its path that is not a version.
  for (const name of names)
    renameSync(join(scratch, name === "etcd" ? "server" : name), builtPlace(name, recipe));
  await rm(scratch, { recursive: true });
}

async function removeOld(recipe: Recipe): Promise<void> {
  const current = new Set(NAMES.map((name) => builtPlace(name, recipe)));
  for (const name of readdirSync(CACHE)) {
    const builder = name.startsWith(SCRATCH) ? Number(name.slice(SCRATCH.length)) : null;
    const inUse = builder === null ? current.has(join(CACHE, name)) : isRunning(builder);
    if (!inUse) await rm(join(CACHE, name), { recursive: true });
  }
}

/** A program's name has in it what it is built from. */
function builtPlace(name: ComponentName, recipe: Recipe): string {
  const own = name === "simulated-kubelet" ? readdirSync(join(TOOLS, name)) : [];
  const files = ["go.mod", "go.sum", ...own.toSorted().map((file) => join(name, file))];
  const hash = createHash("sha256").update(recipe.go).update(recipe.flags);
  for (const file of files) hash.update(readFileSync(join(TOOLS, file)));
  return join(CACHE, `${name}-${hash.digest("hex").slice(0, 12)}`);
}

const readRecipe = (): Recipe => ({ go: goVersion(), flags: linkerFlags() });

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

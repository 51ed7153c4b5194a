import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../run.ts";

/** What the command printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of Policy files, in which the command runs. */
export interface Folder {
  readonly path: string;
  /** Writes a file: text as it is, anything else as JSON of two spaces. */
  write(name: string, content: unknown): void;
  /** `aifactory-policy check …` */
  check(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  remove(): void;
}

export function newFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), "aifactory-policy-"));
  return {
    path,
    write(name, content) {
      const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
      writeFileSync(join(path, name), text);
    },
    async check(args, env = {}) {
      const said = { stdout: "", stderr: "" };
      const code = await run(["check", ...args], {
        env,
        directory: path,
        print: (text) => void (said.stdout += text),
        complain: (text) => void (said.stderr += text),
      });
      return { code, ...said };
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

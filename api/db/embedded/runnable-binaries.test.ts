import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Binaries } from "./binaries.ts";
import { findBinaries } from "./binaries.ts";
import { copyTree } from "./copy-tree.ts";
import { runnableBinaries } from "./runnable-binaries.ts";

const asRoot = test.skipIf(process.getuid?.() !== 0);
const stranger = { uid: 65534, gid: 65534 };
let folder: string;
let hidden: Binaries;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "aifactory-binaries-"));
  chmodSync(folder, 0o755);
  const { root, version } = findBinaries();
  const closed = join(folder, "closed");
  mkdirSync(closed, { mode: 0o700 });
  hidden = { root: join(closed, "native"), version };
  copyTree(root, hidden.root);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cache(name: string, mode = 0o755): string {
  const path = join(folder, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

test("binaries are used where they lie when nobody else has to run them", () => {
  expect(runnableBinaries(hidden, undefined, () => {}, [])).toBe(hidden);
});

asRoot(
  "binaries below a private folder are copied once to where the server's user runs them",
  () => {
    const lines: string[] = [];
    const place = cache("cache");
    const copy = runnableBinaries(hidden, stranger, (line) => lines.push(line), [place]);
    const run = spawnSync(join(copy.root, "bin", "postgres"), ["--version"], {
      ...stranger,
      cwd: "/",
    });
    expect(run.stdout.toString()).toMatch(/PostgreSQL\) 18\./);
    expect(runnableBinaries(hidden, stranger, (line) => lines.push(line), [place])).toEqual(copy);
    expect(lines).toHaveLength(1);
  },
);

asRoot("a copy that was cut short is replaced", () => {
  const place = cache("damaged");
  const copy = runnableBinaries(hidden, stranger, () => {}, [place]);
  truncateSync(join(copy.root, "share", "postgresql", "postgresql.conf.sample"), 10);
  const lines: string[] = [];
  expect(runnableBinaries(hidden, stranger, (line) => lines.push(line), [place])).toEqual(copy);
  expect(lines).toHaveLength(1);
  expect(readdirSync(join(place, "aifactory"))).toHaveLength(1);
});

asRoot(
  "a place that others could have prepared is passed over, and without another one the reason is told",
  () => {
    const open = cache("open");
    mkdirSync(join(open, "aifactory"));
    chmodSync(join(open, "aifactory"), 0o777);
    expect(() => runnableBinaries(hidden, stranger, () => {}, [open])).toThrow(
      /not a folder that only root can write/,
    );
    const safe = cache("safe");
    expect(runnableBinaries(hidden, stranger, () => {}, [open, safe]).root).toContain(safe);
  },
);

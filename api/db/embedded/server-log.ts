import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from "node:fs";

const LIMIT_BYTES = 10 * 1024 * 1024;
const CHECK_EVERY_MS = 60_000;
const TAIL_BYTES = 2000;

/** Moves a server log beyond 10 MB to `<log>.1`. The server appends, so cutting the file under it is safe. */
export function trimLog(path: string, limitBytes: number = LIMIT_BYTES): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found || found.size <= limitBytes) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path, 0);
}

/** Trims the log every minute without keeping the process alive. Returns the function that ends it. */
export function keepLogSmall(path: string, log: (line: string) => void): () => void {
  const timer = setInterval(() => {
    try {
      trimLog(path);
    } catch (error) {
      log(`The PostgreSQL log ${path} cannot be trimmed: ${(error as Error).message}`);
    }
  }, CHECK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The last lines of a log, of what was written after byte `from`. */
export function logTail(path: string, from = 0): string {
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const start = Math.max(from, size - TAIL_BYTES, 0);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const read = readSync(file, buffer, 0, buffer.length, start);
    return buffer.toString("utf8", 0, read).trim();
  } finally {
    closeSync(file);
  }
}

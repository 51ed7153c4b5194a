import { chmodSync, mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Where the embedded server keeps what it needs, all below `<dataDir>/postgres`. */
export type EmbeddedFolder = {
  /** The data folder as the operator knows it, for messages. */
  dataDir: string;
  root: string;
  /** The cluster: everything PostgreSQL itself writes. */
  data: string;
  /** How the name of a cluster in the making begins; it becomes `data` by one rename. */
  unfinished: string;
  lock: string;
  holder: string;
  credentials: string;
  /** Which process serves `data`, see server-record.ts. */
  record: string;
  log: string;
};

/**
 * Creates the data folder and its `postgres` folder (mode 0700) where they are missing.
 * @throws Error saying which folder cannot be made, and why.
 */
export function openFolder(dataDir: string): EmbeddedFolder {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const real = realpathSync(dataDir);
    const root = join(real, "postgres");
    // chmod only what is new here: an operator's own mode on an existing folder is kept.
    if (mkdirSync(root, { recursive: true, mode: 0o700 }) !== undefined) chmodSync(root, 0o700);
    return {
      dataDir: real,
      root,
      data: join(root, "data"),
      unfinished: join(root, "unfinished-"),
      lock: join(root, "lock"),
      holder: join(root, "holder"),
      credentials: join(root, "credentials.json"),
      record: join(root, "server.json"),
      log: join(root, "server.log"),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The data folder ${dataDir} cannot be used: ${reason}`, { cause: error });
  }
}

import { closeSync, openSync } from "node:fs";
import type { ServerUser } from "./server-user.ts";

/** Paths as a child names them, and the descriptors it must inherit from 3 upwards for that. */
export type HandedOver = { names: string[]; descriptors: number[]; close(): void };

/**
 * Makes paths usable by a child that may run as another user.
 *
 * That user cannot walk through root's 0700 folders, but may use what it inherits open: /proc/self/fd/N leads
 * straight there. Needs no capability, mount or second place for the data, so it works in any container.
 */
export function handOver(paths: string[], user: ServerUser | undefined): HandedOver {
  if (!user) return { names: paths, descriptors: [], close() {} };
  const descriptors = paths.map((path) => openSync(path, "r"));
  return {
    names: descriptors.map((_, index) => `/proc/self/fd/${index + 3}`),
    descriptors,
    close() {
      for (const descriptor of descriptors) closeSync(descriptor);
    },
  };
}

/** The child's whole environment: PG* variables of ours must not reach it. */
export const SERVER_ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

import { z } from "@hono/zod-openapi";

// No part is "." or "..", and none is empty.
const ABSOLUTE = /^(\/\.?[A-Za-z0-9_][A-Za-z0-9._-]*)+$/;
/** What the container runtime mounts itself, with all that is in it. */
const RUNTIME = /^\/(dev|proc|sys|run|var\/run)(\/|$)/;
/** Without what they hold, no process starts; a folder in them may be mounted over. */
const SYSTEM = /^\/(bin|boot|etc|lib|lib32|lib64|libx32|sbin|usr|usr\/(bin|sbin|lib|lib64)|var)$/;

export const mountPath = () =>
  z
    .string()
    .min(2)
    .max(255)
    .regex(ABSOLUTE, "must be an absolute path such as /data")
    .refine(
      (path) => !RUNTIME.test(path) && !SYSTEM.test(path),
      "is a folder of the system: nothing is mounted over it",
    )
    .openapi({
      description:
        "Not a folder of the system such as `/etc` or `/usr`, and nothing in `/dev`, `/proc`, `/sys`, `/run`.",
    });

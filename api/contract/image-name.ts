import { z } from "@hono/zod-openapi";

// The grammar of OCI references, with the digests that container runtimes know. A host begins with no "-" and has no brackets.
const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const HOST = `${LABEL}(?:\\.${LABEL})*(?::[0-9]{1,5})?`;
const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
const DIGEST = "sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}";
const REFERENCE = new RegExp(`^(?:${HOST}/)?${PART}(?:/${PART})*(?::${TAG})?(?:@(?:${DIGEST}))?$`);

/** An image of the catalogue by id, or any OCI reference where the kind allows it. */
export const imageName = () =>
  z
    .string()
    .min(1)
    .max(255)
    .regex(
      REFERENCE,
      "must be an image id or an OCI reference such as docker.io/library/ubuntu:24.04",
    );

import { hash, randomBytes, timingSafeEqual } from "node:crypto";

/** API tokens begin so that secret scanners know them. */
export const TOKEN_PREFIX = "aif_";

/** A new secret of 256 random bits. */
export function newSecret(prefix = TOKEN_PREFIX): string {
  return prefix + randomBytes(32).toString("base64url");
}

/** What is stored of a secret (ID-3). No salt is needed: 256 random bits cannot be guessed. */
export function hashSecret(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}

export function sameHash(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

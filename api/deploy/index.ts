import { program } from "./program.ts";

// The SDK tells a program its configuration, but not which of it is encrypted.
const secretKeys = JSON.parse(process.env["PULUMI_CONFIG_SECRET_KEYS"] ?? "[]") as string[];

/** Where people reach the site. */
export const { url } = program(secretKeys);

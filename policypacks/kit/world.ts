import { Config } from "@pulumi/pulumi";

/** What policies take from outside: the clock, the environment, the stack's configuration. */
export interface World {
  now(): Date;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A value of the stack's configuration, by its full key such as `aifactory:url`. */
  setting(key: string): string | undefined;
}

/** The world of a running pack. */
export function realWorld(): World {
  return {
    now: () => new Date(),
    env: process.env,
    setting(key) {
      const [namespace, name = ""] = key.split(":");
      return new Config(namespace).get(name);
    },
  };
}

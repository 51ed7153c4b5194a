export * from "./access.ts";
export * from "./compile.ts";
export * from "./roles.ts";
export * from "./statement.ts";
export * from "./subject.ts";
export * from "./vocabulary.ts";

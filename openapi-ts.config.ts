import type { UserConfig } from "@hey-api/openapi-ts";
import { operationsPlugin } from "./sdk/generator/operations-plugin.ts";

export default {
  input: "./api/openapi.json",
  output: { path: "sdk/src/generated", entryFile: false, module: { extension: ".ts" } },
  plugins: ["@hey-api/typescript", operationsPlugin()],
} satisfies UserConfig;

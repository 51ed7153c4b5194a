import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{sdk,api,provider,policypacks,examples,test}/**/*.test.ts"],
    // They need a Kubernetes: `npm run test:cluster`.
    exclude: [...configDefaults.exclude, "**/*.cluster.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // CI counts from the file; people read the default report.
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: ".cache/test-results.json" }]]
      : ["default"],
  },
});

import { defineConfig } from "vitest/config";

/** The suites that need a Kubernetes: one cluster and one PostgreSQL for the whole run. */
export default defineConfig({
  test: {
    include: ["{sdk,api,provider,policypacks,examples,test}/**/*.cluster.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/support/cluster/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: process.env.CI
      ? ["default", ["json", { outputFile: ".cache/cluster-test-results.json" }]]
      : ["default"],
  },
});

import { defineConfig } from "vitest/config";

/** The chaos suite alone: it has a cluster of its own. */
export default defineConfig({
  test: {
    include: ["test/chaos/**/*.cluster.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    hookTimeout: 120_000,
  },
});

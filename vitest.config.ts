import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/inventory.ts", "test/package/pack-folder.ts"],
    // Software adapters use every core themselves: more files at once only make each of them slower.
    maxWorkers: 2,
    testTimeout: 60_000,
  },
});

import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/inventory.ts", "test/package/pack-folder.ts"],
    // Software adapters use every core themselves: more files at once only make each of them slower.
    maxWorkers: 2,
    // Nothing is timed here: a limit ends what hangs. On a busy machine the longest tests took 50 s.
    testTimeout: 180_000,
  },
});

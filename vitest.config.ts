import { defineConfig } from "vitest/config";

/**
 * Tests that change nothing of their process, and open no device in it. They share processes: starting one for a file and loading
 * the compiler in it takes a second.
 */
const plain = [
  "autodiff",
  "bench",
  "bindings",
  "check",
  "compile",
  "config",
  "diagnostics",
  "docs",
  "editors",
  "golden",
  "graph",
  "lsp",
  "measure",
  "syntax",
  "types",
].map((folder) => `test/${folder}/*.test.ts`);
// Random specs set the seed of their whole process.
plain.push("test/wasm/!(random-specs).test.ts");

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"] } },
  test: {
    // Software adapters use every core themselves: more files at once only make each of them slower.
    maxWorkers: 2,
    testTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "shared", include: plain, isolate: false } },
      {
        extends: true,
        test: {
          name: "own",
          include: ["test/**/*.test.ts"],
          exclude: plain,
          globalSetup: ["test/support/inventory.ts", "test/package/pack-folder.ts"],
        },
      },
    ],
  },
});

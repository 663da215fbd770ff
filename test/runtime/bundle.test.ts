/** What a page loads: the runtime with one norm. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** What a page loads that imports LayerNorm from a module: what is imported on demand is no part of it. */
async function loadedBy(module: string, runtimes: Readonly<Record<string, string>>): Promise<string> {
  const entry = "page";
  const bundle = await rolldown({
    input: entry,
    resolve: {
      alias: Object.fromEntries(Object.entries(runtimes).map(([name, file]) => [name, path(file)])),
    },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? `export { LayerNorm } from ${JSON.stringify(path(module))};` : null),
      },
    ],
  });
  const { output } = await bundle.generate({ format: "es", minify: true });
  await bundle.close();
  const chunks = output.filter((one) => one.type === "chunk");
  const loaded = new Set(chunks.filter((one) => one.isEntry).map((one) => one.fileName));
  for (const name of loaded) {
    for (const one of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) loaded.add(one);
  }
  return chunks
    .filter((one) => loaded.has(one.fileName))
    .map((one) => one.code)
    .join("");
}

/**
 * 13,740 bytes: 12,201 before ranges, checks of memory in common and the steps that norms with open extents share, which
 * took 1,600 with the error messages and the seams of chunks that are loaded on demand. 185 of these went again: the
 * checks of norms whose tensors share memory, the conversion of halves that only `run` needs and the names of buffer
 * usages. Errors that show anything that a caller gave took 116. With the module built anew it is 13,963: `createNow`
 * and what says which outputs may be written over which inputs, and 37 for `createBackwardNow`.
 *
 * 11,676 before initial values could use sizes (305), params could bound a window (140), extents could come from affines
 * (160), and kernels rescaled rows whose squares leave f32 (165, in the text of layer norm).
 */
test("the runtime and layer norm stay below 14.15 kB, minified and compressed", async () => {
  const runtime = { "normc/runtime": "../../src/runtime/webgpu/index.ts" };
  const code = await loadedBy("../../generated/layer_norm.ts", runtime);
  expect(code).toContain("@compute");
  expect(gzipSync(code).byteLength).toBeLessThan(14_150);
});

/**
 * 6,361 bytes with `createNow`, its message and the seams of what only it loads. 5,999 before, 1,000 of them the module of layer norm. 8,820 before the schedules in parts and the checks of options were loaded on
 * demand and the module had two digits for each byte in place of base64.
 */
test("on a processor the two stay below 6.4 kB", async () => {
  const runtime = { "normc/wasm": "../../src/runtime/wasm/index.ts" };
  const code = await loadedBy("../../generated/layer_norm.wasm.ts", runtime);
  expect(code).toContain("0061736d");
  expect(gzipSync(code).byteLength).toBeLessThan(6_400);
});

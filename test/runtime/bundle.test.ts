/** What a page loads: the runtime with one norm. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

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
  const entry = "page";
  const bundle = await rolldown({
    input: entry,
    resolve: { alias: { "normc/runtime": path("../../src/runtime/webgpu/index.ts") } },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? `export { LayerNorm } from ${JSON.stringify(path("../../generated/layer_norm.ts"))};`
            : null,
      },
    ],
  });
  const { output } = await bundle.generate({ format: "es", minify: true });
  await bundle.close();
  // What is imported on demand (texts for other devices, `run`) is no part of it.
  const chunks = output.filter((one) => one.type === "chunk");
  const loaded = new Set(chunks.filter((one) => one.isEntry).map((one) => one.fileName));
  for (const name of loaded) {
    for (const one of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) loaded.add(one);
  }
  const code = chunks
    .filter((one) => loaded.has(one.fileName))
    .map((one) => one.code)
    .join("");
  expect(code).toContain("@compute");
  expect(gzipSync(code).byteLength).toBeLessThan(14_150);
});

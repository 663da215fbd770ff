/** What a page loads: the runtime with one norm. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test("the runtime and layer norm stay below 12 kB, minified and compressed", async () => {
  const entry = "page";
  const bundle = await rolldown({
    input: entry,
    resolve: { alias: { "normc/runtime": path("../../src/runtime/index.ts") } },
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
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  expect(output[0].code).toContain("@compute");
  expect(gzipSync(output[0].code).byteLength).toBeLessThan(12_000);
});

import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import normc from "normc/esbuild";

await build({
  entryPoints: ["src/main.js", "src/all-providers.js"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  plugins: [normc({ gradients: { backward: false } })],
});

mkdirSync("dist", { recursive: true });
const runtime = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web/webgpu")));
const wasm = ["ort-wasm-simd-threaded.asyncify.wasm", "ort-wasm-simd-threaded.jsep.wasm"];
for (const [from, to] of [
  ["index.html", "index.html"],
  ["all-providers.html", "all-providers.html"],
  ["src/matmul.onnx", "matmul.onnx"],
  ...wasm.map((file) => [join(runtime, file), file]),
]) {
  copyFileSync(from, join("dist", to));
}

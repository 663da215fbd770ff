import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import normc from "normc/esbuild";

await build({
  entryPoints: ["src/main.js"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  plugins: [normc({ gradients: { backward: false } })],
});

mkdirSync("dist", { recursive: true });
const runtime = dirname(fileURLToPath(import.meta.resolve("onnxruntime-web/webgpu")));
const wasm = "ort-wasm-simd-threaded.asyncify.wasm";
for (const [from, to] of [
  ["index.html", "index.html"],
  ["src/matmul.onnx", "matmul.onnx"],
  [join(runtime, wasm), wasm],
]) {
  copyFileSync(from, join("dist", to));
}

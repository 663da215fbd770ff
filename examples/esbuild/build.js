import { copyFileSync, mkdirSync } from "node:fs";
import { build, context } from "esbuild";
import normc from "normc/esbuild";

const options = {
  entryPoints: ["src/main.js"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  splitting: true,
  minify: true,
  sourcemap: true,
  plugins: [normc({ gradients: { backward: false } })],
};

mkdirSync("dist", { recursive: true });
copyFileSync("index.html", "dist/index.html");
if (process.argv.includes("--serve")) {
  const made = await context(options);
  await made.watch();
  const { port } = await made.serve({ servedir: "dist" });
  console.log(`http://localhost:${port}/`);
} else {
  await build(options);
}

/**
 * `npm run bench:pack`: makes bench/pack/normc-bench, which runs the benchmark on an x64 Linux machine that has a GPU driver
 * and nothing else, and the same as an archive.
 */
import { spawn } from "node:child_process";
import { chmodSync, cpSync, createWriteStream, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { build } from "esbuild";
import { packItems, programs } from "./contents.ts";

const name = "normc-bench";
const out = fileURLToPath(new URL("../pack/", import.meta.url));
const folder = join(out, name);
const mostBytes = 60e6;

if (process.platform !== "linux" || process.arch !== "x64")
  throw new Error("a pack has this machine's Node, and it is for linux-x64");
rmSync(out, { recursive: true, force: true });
for (const { to, from, executable } of await packItems()) {
  const path = join(folder, to);
  mkdirSync(dirname(path), { recursive: true });
  cpSync(from, path, { dereference: true });
  if (executable) chmodSync(path, 0o755);
}
writeFileSync(join(folder, "package.json"), `${JSON.stringify({ name, private: true, type: "module" })}\n`);
await build({
  entryPoints: [...programs],
  outdir: join(folder, "bench"),
  bundle: true,
  // They all lie in one folder, since they find each other beside themselves.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  conditions: ["source"],
  external: ["webgpu"],
  // What packages in CommonJS find in Node.
  banner: {
    js: 'import { createRequire as requireIn } from "node:module"; const require = requireIn(import.meta.url), __dirname = import.meta.dirname;',
  },
  logLevel: "warning",
});
const archive = join(out, `${name}.tar.gz`);
const tar = spawn("tar", ["-C", out, "-cf", "-", name], { stdio: ["ignore", "pipe", "inherit"] });
// Every machine has gzip. xz would save a third.
await pipeline(tar.stdout, createGzip({ level: 9 }), createWriteStream(archive));
const { size } = statSync(archive);
process.stdout.write(`${archive}: ${(size / 1e6).toFixed(1)} MB\n`);
if (size > mostBytes) throw new Error(`a pack has at most ${mostBytes / 1e6} MB`);

// Compiles the package into dist/, from nothing: a file that is no longer made must not be packed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleRuntime } from "./bundle-runtime.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const packageFile = createRequire(import.meta.url).resolve("typescript/package.json");
const compiler = join(dirname(packageFile), "bin", "tsc");

rmSync(join(root, "dist"), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
if (status === 0) {
  const main = join(root, "dist/src/tools/cli/main.js");
  chmodSync(main, 0o755);
  // The types of `import … from "normc/library/group_norm.norm"`.
  const specs = readdirSync(join(root, "library")).map((file) => `library/${file}`);
  spawnSync(process.execPath, [main, "types", ...specs, "--out", "dist"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const license = readFileSync(join(root, "LICENSE"), "utf8");
  // By it the cache of builds tells one compiler from another (src/tools/build/compiler-identity.ts).
  const code = readdirSync(join(root, "dist"), { recursive: true })
    .filter((name) => name.endsWith(".js"))
    .sort()
    .map((name) => `${name}\n${readFileSync(join(root, "dist", name), "utf8")}`);
  writeFileSync(join(root, "dist/code-hash.txt"), createHash("sha256").update(code.join("\n")).digest("hex"));
  await bundleRuntime(join(root, "dist"), join(root, "dist/copied-runtime"), version, license);
}
process.exitCode = status ?? 1;

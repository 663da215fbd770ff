// After an install, and before a package is made. `dist` is built here and not before packing alone: whoever installs
// normc from git gets what npm packs after this script. Then one check of the library, so that what Node compiles for it is
// in the cache and the first check of a person takes 0.3 s and not 0.45.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const run = (words, stdio) => spawnSync("node", words, { stdio }).status ?? 1;

const built = run([`${root}scripts/build.mjs`], "inherit");
if (built !== 0 && !existsSync(`${root}.git`)) process.exit(built);
// An install in a checkout goes on: nothing but a package needs `dist`.
if (built !== 0) console.error("normc: dist is not built, see above; `npm run build` builds it");

const packing = process.env.npm_command === "pack" || process.env.npm_command === "publish";
if (!packing) {
  const specs = readdirSync(`${root}library`).map((file) => `${root}library/${file}`);
  run(["--conditions=source", `${root}scripts/normc.mjs`, "check", ...specs], "ignore");
}

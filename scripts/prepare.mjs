// Before a package is made, and after an install. `dist` is built here and not before packing alone: whoever installs normc
// from git gets what lies there after this script. A checkout runs from its sources and needs no `dist`, so an install there
// only checks the library once: what Node compiles for it is then in the cache, and the first check of a person takes 0.3 s
// and not 0.45. Nothing depends on that, so nothing is said if it cannot be done.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Whether somebody installs in this folder itself. npm installs a package from git in a clone, from another folder. */
function isCheckout() {
  const { npm_command: command = "", INIT_CWD: from = "", _PACOTE_NO_PREPARE_: clone } = process.env;
  if (clone !== undefined || !["ci", "install"].includes(command)) return false;
  return existsSync(`${root}.git`) && existsSync(from) && realpathSync(from) === realpathSync(root);
}

if (isCheckout()) {
  const specs = readdirSync(`${root}library`).map((file) => `${root}library/${file}`);
  const flags = ["--conditions=source", `${root}scripts/normc.mjs`, "check"];
  spawnSync("node", [...flags, ...specs], { stdio: "ignore" });
} else {
  process.exitCode = spawnSync("node", [`${root}scripts/build.mjs`], { stdio: "inherit" }).status ?? 1;
}

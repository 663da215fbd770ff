// The command line from a checkout. Were main.ts the first file, Node would load its type stripper for that file
// alone, which takes longer than checking a spec: in the cache, everything else is stripped already.
import module from "node:module";
import { fileURLToPath } from "node:url";

if (process.features.typescript) {
  module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/normc/compiled", import.meta.url)));
  await import("../src/tools/cli/main.ts");
} else {
  process.stderr.write(
    `a checkout of normc needs a Node that runs TypeScript, 22.18 or newer: this is Node ${process.versions.node}\n`,
  );
  process.exitCode = 2;
}

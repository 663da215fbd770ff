/**
 * `wabt` in a worker. The compiler imports it by a name that bundlers do not see, for pages that have an import map; workers
 * have none. So the import becomes a literal here, and a chunk of its own. It asks for modules of Node where it finds itself
 * there; a page is never there.
 */
import type { Plugin } from "vite";

const nodeModules = new Set(["fs", "path", "crypto"]);
const empty = "\0empty";

export function assembler(): Plugin {
  return {
    name: "normc-assembler",
    enforce: "pre",
    resolveId: (id, importer) => (nodeModules.has(id) && importer?.includes("wabt") ? empty : undefined),
    load: (id) => (id === empty ? "export default {}" : undefined),
    transform(code, id) {
      if (!id.split("?")[0]?.endsWith("/src/targets/wasm/assemble.ts")) return undefined;
      const literal = code.replace(/import\((?:\s*\/\*.*?\*\/)*\s*packageName\)/, 'import("wabt")');
      if (literal === code)
        this.error("src/targets/wasm/assemble.ts imports wabt in another way than it did");
      return { code: literal, map: null };
    },
  };
}

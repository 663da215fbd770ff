/**
 * The plugin, for all bundlers. The module of a spec has the path of the spec as its id, so bundlers resolve and watch it
 * themselves; the plugin only loads it.
 */
import type { UnpluginContextMeta, UnpluginOptions } from "unplugin";
import { esbuildSetup } from "./esbuild-setup.ts";
import { loadHook } from "./load-hook.ts";
import type { NormcOptions } from "./options.ts";
import { renameImports, resolveId } from "./resolve-spec.ts";
import { specId } from "./spec-id.ts";
import { specModules } from "./spec-modules.ts";
import { viteHooks } from "./vite-hooks.ts";

const name = "normc";

export function plugin(
  options: NormcOptions,
  { framework }: Pick<UnpluginContextMeta, "framework">,
): UnpluginOptions {
  const specs = specModules(options);
  // unplugin would show a mistake without its line.
  if (framework === "esbuild") return { name, esbuild: { setup: (build) => esbuildSetup(build, specs) } };
  const whole = framework === "webpack" || framework === "rspack";
  return {
    name,
    load: {
      filter: { id: specId },
      handler(id) {
        return loadHook(this, id, specs, whole);
      },
    },
    rollup: { resolveId },
    rolldown: { resolveId },
    vite: viteHooks(specs, options),
    webpack: (compiler) => renameImports(compiler, name),
    rspack: (compiler) => renameImports(compiler, name),
  };
}

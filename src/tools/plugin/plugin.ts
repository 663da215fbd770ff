/**
 * The plugin, for all bundlers. The module of a spec has the path of the spec as its id, so bundlers resolve and watch it
 * themselves; the plugin only loads it.
 */
import type { UnpluginContextMeta, UnpluginOptions } from "unplugin";
import { esbuildSetup } from "./esbuild-setup.ts";
import { loadHook } from "./load-hook.ts";
import { renameImports, resolveId } from "./resolve-spec.ts";
import type { NormcOptions } from "./specs/options.ts";
import { settingsReader } from "./specs/settings.ts";
import { specId } from "./specs/spec-id.ts";
import { moduleLoader } from "./specs/spec-modules.ts";
import { viteHooks } from "./vite-hooks.ts";

const name = "normc";

export function plugin(options: NormcOptions | undefined, meta: UnpluginContextMeta): UnpluginOptions {
  let root = process.cwd();
  const readSettings = settingsReader(options, () => root);
  const load = moduleLoader(readSettings);
  // unplugin would show a mistake without its line.
  if (meta.framework === "esbuild") {
    return {
      name,
      esbuild: {
        setup(build) {
          root = build.initialOptions.absWorkingDir ?? root;
          esbuildSetup(build, load);
        },
      },
    };
  }
  const whole = meta.framework === "webpack" || meta.framework === "rspack";
  const compiler = (one: Parameters<typeof renameImports>[0] & { readonly context: string }): void => {
    root = one.context;
    renameImports(one, name);
  };
  return {
    name,
    load: {
      filter: { id: specId },
      handler(id) {
        return loadHook(this, id, load, whole);
      },
    },
    rollup: { resolveId },
    rolldown: { resolveId },
    vite: viteHooks(load, readSettings, (path) => {
      root = path;
    }),
    webpack: compiler,
    rspack: compiler,
  };
}

/** The plugin in esbuild's own terms: unplugin would lose the line of a mistake. */
import type { PluginBuild } from "esbuild";
import { esbuildMessage } from "./messages.ts";
import { gpujsImport, queryOf } from "./spec-id.ts";
import type { SpecModules } from "./spec-modules.ts";

const gpujs = queryOf({ target: "glsl", kind: "forward" });

export function esbuildSetup(build: PluginBuild, specs: SpecModules): void {
  build.onResolve({ filter: gpujsImport }, async ({ path, pluginData: _, namespace: __, ...how }) => {
    const found = await build.resolve(path.replace(gpujsImport, ".norm"), how);
    return found.errors.length > 0 ? { errors: found.errors } : { path: found.path, suffix: gpujs };
  });
  build.onLoad({ filter: /\.norm$/, namespace: "file" }, async ({ path, suffix }) => {
    const watchFiles: string[] = [];
    const loaded = await specs.load(path + suffix, (file) => void watchFiles.push(file));
    if (loaded === undefined) return undefined;
    if ("errors" in loaded) return { errors: loaded.errors.map(esbuildMessage), watchFiles };
    const { code, map } = loaded.module;
    const inline = Buffer.from(JSON.stringify(map)).toString("base64");
    return {
      contents: `${code}//# sourceMappingURL=data:application/json;base64,${inline}\n`,
      loader: "js",
      warnings: loaded.warnings.map(esbuildMessage),
      watchFiles,
    };
  });
}

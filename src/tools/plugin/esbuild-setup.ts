/** The plugin in esbuild's own terms: unplugin would lose the line of a mistake. */
import type { PluginBuild } from "esbuild";
import { esbuildMessage } from "./messages.ts";
import { targetImport, targetSpecifier } from "./specs/spec-id.ts";
import type { LoadModule } from "./specs/spec-modules.ts";

export function esbuildSetup(build: PluginBuild, load: LoadModule): void {
  build.onResolve({ filter: targetImport }, async ({ path, pluginData: _, namespace: __, ...how }) => {
    const [spec = "", query = ""] = targetSpecifier(path).split("?");
    const found = await build.resolve(spec, how);
    return found.errors.length > 0 ? { errors: found.errors } : { path: found.path, suffix: `?${query}` };
  });
  build.onLoad({ filter: /\.norm$/, namespace: "file" }, async ({ path, suffix }) => {
    const loaded = await load(path + suffix);
    // Every build of esbuild begins with the modules that users import.
    if (loaded === undefined || "gone" in loaded) return undefined;
    const watchFiles = [...loaded.files];
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

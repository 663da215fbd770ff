/** What Vite's development server needs beside loading: an edit reaches the page, and a mistake its overlay. */
import type { EnvironmentModuleNode, Plugin } from "vite";
import { loadHook } from "./load-hook.ts";
import { bundlerError } from "./messages.ts";
import type { NormcOptions } from "./options.ts";
import { resolveId } from "./resolve-spec.ts";
import { specId } from "./spec-id.ts";
import type { SpecModules } from "./spec-modules.ts";

type Hooks = Pick<Plugin, "config" | "resolveId" | "load" | "hotUpdate">;

/** What pages have of a module: its code, or nothing since it had a mistake when they asked for it. */
type Served = { readonly code: string } | "nothing";

export function viteHooks(specs: SpecModules, { targets = ["wgsl"] }: NormcOptions): Hooks {
  const served = new WeakMap<EnvironmentModuleNode, Served>();
  return {
    /** No file that Vite looks at imports the runtime: it would find it late, and load the page again. */
    config: () => ({
      optimizeDeps: {
        include: targets.map((one) => ({ wgsl: "normc/runtime", glsl: "normc/gpujs" })[one]),
      },
    }),

    resolveId,

    load: {
      filter: { id: specId },
      async handler(id) {
        const node =
          this.environment.mode === "dev" ? this.environment.moduleGraph.getModuleById(id) : undefined;
        if (node !== undefined) served.set(node, "nothing");
        const result = await loadHook(this, id, specs, false);
        if (node !== undefined && result !== undefined) served.set(node, { code: result.code });
        return result;
      },
    },

    /**
     * Vite updates the importers that accept a module, and loads the page again where none does. Before that: an edit
     * that changes no module is none, and a page keeps running while the spec has a mistake.
     */
    async hotUpdate({ modules }) {
      const { moduleGraph, logger, hot } = this.environment;
      const own = new Set(modules.flatMap((one) => [one, ...one.importers]).filter((one) => served.has(one)));
      if (own.size === 0) return;
      const changed: EnvironmentModuleNode[] = [];
      let missing = false;
      for (const node of own) {
        const loaded = await specs.load(node.id!, () => undefined);
        if (loaded === undefined) continue;
        if ("errors" in loaded) {
          // A page that is loaded now must get the mistake, and one that is not the next good edit.
          for (const one of own) moduleGraph.invalidateModule(one);
          for (const one of own) if (served.get(one) !== "nothing") served.set(one, { code: "" });
          const error = bundlerError(loaded.errors, false);
          logger.error(`${error.message}\n${error.frame}`, { timestamp: true });
          throw error;
        }
        const page = served.get(node);
        if (page === "nothing") missing = true;
        else if (page?.code !== loaded.module.code) changed.push(node);
      }
      if (missing) {
        // Vite knows of no importer that waits for a module that could not be loaded.
        for (const one of own) moduleGraph.invalidateModule(one);
        hot.send({ type: "full-reload" });
        return [];
      }
      return [...modules.filter((one) => !own.has(one) && !isPartOf(one, own)), ...changed];
    },
  };
}

/** A spec that is only imported by other specs is no module of the page. */
function isPartOf({ importers }: EnvironmentModuleNode, own: ReadonlySet<EnvironmentModuleNode>): boolean {
  return importers.size > 0 && [...importers].every((one) => own.has(one));
}

/** What Vite's development server needs beside loading: an edit reaches the page, and a mistake its overlay. */
import type { EnvironmentModuleNode, Plugin } from "vite";
import { bundlerError } from "./messages.ts";
import type { NormcOptions } from "./options.ts";
import { resolveId } from "./resolve-spec.ts";
import { specId } from "./spec-id.ts";
import type { SpecModules } from "./spec-modules.ts";

type Hooks = Pick<Plugin, "config" | "resolveId" | "transform" | "hotUpdate">;

export function viteHooks(specs: SpecModules, { targets = ["wgsl"] }: NormcOptions): Hooks {
  /** What the page of each module was given. */
  const served = new WeakMap<EnvironmentModuleNode, string>();
  return {
    /** No file that Vite looks at imports the runtime: it would find it late, and load the page again. */
    config: () => ({
      optimizeDeps: {
        include: targets.map((one) => ({ wgsl: "normc/runtime", glsl: "normc/gpujs" })[one]),
      },
    }),

    resolveId,

    transform: {
      filter: { id: specId },
      handler(code, id) {
        if (this.environment.mode !== "dev") return;
        const node = this.environment.moduleGraph.getModuleById(id);
        if (node !== undefined) served.set(node, code);
      },
    },

    /**
     * Vite updates the importers of a module that they accept, and loads the page again where none accepts it. Before
     * that: an edit that changes no module is none, and a page keeps running while the spec has a mistake.
     */
    async hotUpdate({ modules }) {
      const { moduleGraph, logger } = this.environment;
      const own = modules.flatMap(specNodes);
      const changed: EnvironmentModuleNode[] = [];
      for (const node of new Set(own)) {
        const id = node.id!;
        const loaded = await specs.load(id, () => undefined);
        if (loaded === undefined) continue;
        if ("errors" in loaded) {
          // The page would otherwise still get the old module when it is loaded again.
          for (const one of own) moduleGraph.invalidateModule(one);
          for (const one of own) served.delete(one);
          const error = bundlerError(loaded.errors, id, false);
          logger.error(`${error.message}\n${error.frame}`, { timestamp: true });
          throw error;
        }
        if (loaded.module.code !== served.get(node)) changed.push(node);
      }
      if (own.length === 0) return;
      return [...modules.filter((one) => specNodes(one).length === 0), ...changed];
    },
  };
}

/** The modules of specs that are made of a file: those of the spec itself, and those of specs that import it. */
function specNodes(node: EnvironmentModuleNode): EnvironmentModuleNode[] {
  return [node, ...node.importers].filter(({ id, importers }) => {
    return id !== null && specId.test(id) && importers.size > 0;
  });
}

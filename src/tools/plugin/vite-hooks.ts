/** What Vite's development server needs beside loading: an edit reaches the page, and a mistake its overlay. */
import { resolve, sep } from "node:path";
import type { DevEnvironment, EnvironmentModuleNode, HotUpdateOptions, Plugin } from "vite";
import { loadHook } from "./load-hook.ts";
import { bundlerError } from "./messages.ts";
import { resolveId } from "./resolve-spec.ts";
import type { ReadSettings } from "./specs/settings.ts";
import { specId } from "./specs/spec-id.ts";
import type { LoadModule } from "./specs/spec-modules.ts";

type Hooks = Pick<Plugin, "config" | "resolveId" | "load" | "hotUpdate">;

interface Served {
  /** What pages have of the module: nothing if it had a mistake when they asked for it. */
  readonly code: string | undefined;
  /** Whether pages show a mistake that was made since. */
  readonly overlay?: boolean;
  /** The files that it is made of, as Vite writes paths. */
  readonly files: readonly string[];
}

export function viteHooks(load: LoadModule, settings: ReadSettings, setRoot: (path: string) => void): Hooks {
  const served = new Map<EnvironmentModuleNode, Served>();
  let last: Promise<unknown> = Promise.resolve();
  return {
    /**
     * No file that Vite looks at imports the runtime: it would find it late, and load the page again. That of processors stays
     * as it is: an optimized one does not find the file of its threads.
     */
    async config({ root = "." }) {
      setRoot(resolve(root));
      const found = await settings();
      const targets = "targets" in found ? found.targets : [];
      const runtimes = { wgsl: ["normc/runtime"], glsl: ["normc/gpujs"], wasm: [] };
      const exclude = targets.includes("wasm") ? ["normc/wasm"] : [];
      return { optimizeDeps: { include: targets.flatMap((one) => runtimes[one]), exclude } };
    },

    resolveId,

    load: {
      filter: { id: specId },
      async handler(id) {
        const { environment } = this;
        const node = environment.mode === "dev" ? environment.moduleGraph.getModuleById(id) : undefined;
        if (node !== undefined) {
          const known: Served = { code: undefined, files: vitePaths((await load(id))?.files ?? []) };
          served.set(node, known);
          const result = await loadHook(this, id, load, false);
          if (result !== undefined) served.set(node, { ...known, code: result.code });
          return result;
        }
        return loadHook(this, id, load, false);
      },
    },

    /** Vite begins with a change while it still works on the last one: the page must hear of them in order. */
    hotUpdate(change) {
      const turn = last.then(() => updated(this.environment, change));
      last = turn.catch(() => undefined);
      return turn;
    },
  };

  /**
   * Vite updates the importers that accept a module, and loads the page again where none does. Before that: an edit that
   * changes no module is none, and a page keeps running while the spec has a mistake.
   */
  async function updated(
    { moduleGraph, logger, hot, name }: DevEnvironment,
    { type, file, modules, read }: HotUpdateOptions,
  ): Promise<EnvironmentModuleNode[] | undefined> {
    const own = [...served].filter(([node, { files }]) => node.environment === name && files.includes(file));
    if (own.length === 0) return undefined;
    // Some editors empty a file before they write it. Vite's own way to read waits for that.
    if (type === "update") await read();
    const changed: EnvironmentModuleNode[] = [];
    let missing = false;
    for (const [node, page] of own) {
      const loaded = await load(node.id!);
      if (loaded === undefined || "gone" in loaded) continue;
      if ("errors" in loaded) {
        // A page that is loaded now must get the mistake, and one that is not the next good edit.
        for (const [one, had] of own) {
          moduleGraph.invalidateModule(one);
          served.set(one, { ...had, overlay: true, files: [...had.files, ...vitePaths(loaded.files)] });
        }
        const error = bundlerError(loaded.errors, false);
        logger.error(`${error.message}\n${error.frame}`, { timestamp: true });
        throw error;
      }
      if (page.code === undefined) missing = true;
      else if (page.overlay || page.code !== loaded.module.code) changed.push(node);
    }
    if (missing) {
      // Vite knows of no importer that waits for a module that could not be loaded.
      for (const [one] of own) moduleGraph.invalidateModule(one);
      hot.send({ type: "full-reload" });
      return [];
    }
    const nodes = new Set(own.map(([node]) => node));
    return [...modules.filter((one) => !nodes.has(one) && !isPartOf(one, nodes)), ...changed];
  }
}

/** A file that is only part of specs, as a spec that they import, is no module of the page. */
function isPartOf({ importers }: EnvironmentModuleNode, specs: ReadonlySet<EnvironmentModuleNode>): boolean {
  return importers.size > 0 && [...importers].every((one) => specs.has(one));
}

function vitePaths(paths: readonly string[]): string[] {
  return paths.map((one) => one.split(sep).join("/"));
}

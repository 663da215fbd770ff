/** Imports that bundlers cannot resolve alone: modules for gpu.js and processors, and in Rollup and Rolldown modules with a query. */
import { targetImport, targetSpecifier } from "./specs/spec-id.ts";

/** What the contexts of Rollup, Rolldown and Vite have in common. */
interface Context {
  resolve(
    specifier: string,
    importer?: string,
    options?: { readonly skipSelf?: boolean },
  ): Promise<{ readonly id: string } | null>;
}

/** The hook `resolveId` of Rollup, Rolldown and Vite. */
export const resolveId = {
  filter: { id: /\.norm\?normc=|\.(?:gpujs|wasm)\.norm$/ },
  async handler(this: Context, specifier: string, importer: string | undefined): Promise<string | null> {
    const [path = "", query = ""] = targetSpecifier(specifier).split("?");
    const found = await this.resolve(path, importer?.replace(/\?normc=.*$/s, ""), { skipSelf: true });
    return found === null ? null : `${found.id}?${query}`;
  },
};

/** What Webpack and Rspack have in common. */
interface Compiler {
  readonly hooks: {
    readonly normalModuleFactory: Tappable<{
      readonly hooks: { readonly beforeResolve: Tappable<{ request: string }> };
    }>;
  };
}

interface Tappable<T> {
  tap(name: string, run: (given: T) => undefined): void;
}

/** They resolve a query themselves. */
export function renameImports(compiler: Compiler, name: string): void {
  compiler.hooks.normalModuleFactory.tap(name, (factory) => {
    factory.hooks.beforeResolve.tap(name, (asked) => {
      if (targetImport.test(asked.request)) asked.request = targetSpecifier(asked.request);
      return undefined;
    });
    return undefined;
  });
}

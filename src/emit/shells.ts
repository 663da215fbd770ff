import type * as HandlebarsModule from "handlebars";
import runtime from "handlebars/runtime.js";
import { templates } from "../../templates/compiled.ts";
import type { WgslModule } from "./wgsl.ts";

// The declarations that come with handlebars/runtime.js leave its default export out.
const handlebars = runtime as unknown as typeof HandlebarsModule;

/** What the shell of a generated module is filled with; everything is TypeScript text already. */
export interface ModuleShell {
  readonly source: string;
  readonly hash: string;
  readonly compiler: string;
  readonly runtime: string;
  readonly api: string;
  readonly programs: readonly {
    readonly name: string;
    readonly programs: readonly { readonly literal: string; readonly further: string | null }[];
  }[];
}

/** What the shell of a module with further texts is filled with. */
export type FurtherShell = Pick<ModuleShell, "source" | "hash" | "compiler" | "runtime"> & {
  readonly literal: string;
};

/** Fills `templates/further.hbs`. */
export function renderFurther(shell: FurtherShell): string {
  return handlebars.template<FurtherShell>(templates.further)(shell);
}

/** Fills `templates/module.hbs`. */
export function renderModule(shell: ModuleShell): string {
  const render = handlebars.template<ModuleShell>(templates.module);
  return render(shell);
}

/** Fills `templates/kernel.wgsl.hbs`. */
export function renderWgsl(module: WgslModule): string {
  return handlebars.template<WgslModule>(templates["kernel.wgsl"])(module);
}

/**
 * What stands in the modules of one .norm file for one target. The main module holds the declarations of its norms and
 * their forward programs. Modules that are loaded on demand hold the backward programs and the shaders that only some
 * devices need. `print-module.ts` prints them in a language.
 */
import type { InlineProgram } from "../../program/inline-program.ts";
import type { ProgramInterface } from "../../program/program.ts";
import { describeNorm } from "../bindings/api.ts";
import type { Declaration } from "../bindings/declarations.ts";
import { isInline } from "../bindings/inline-api.ts";
import type { BoundNorm } from "../bindings/members.ts";
import { chooseIdentifiers, type NormIdentifiers } from "../bindings/taken-names.ts";
import { type BindingsTarget, type Import, importsOf } from "../bindings/target-words.ts";
import { code, printLiteral } from "./literal.ts";

/** What the banner says about a module's origin. */
export interface Banner {
  /** The name of the .norm file. */
  readonly source: string;
  /** The hash of its text. */
  readonly hash: string;
  /** The version of the compiler. */
  readonly compiler: string;
}

/** The kinds of modules: `group_norm.ts`, `group_norm.backward.ts` and so on. */
export type ModuleKind = "forward" | "backward" | "variants" | "backward.variants" | "inline";

/** One module, before it is printed in a language. */
export interface ModuleContent {
  readonly kind: ModuleKind;
  readonly banner: Banner;
  /** The module specifier of the runtime. */
  readonly runtime: string;
  readonly imports: readonly Import[];
  /** What the module offers to its user. Empty if it is loaded on demand. */
  readonly declarations: readonly Declaration[];
  readonly values: readonly ModuleValue[];
  /** The norm of each constant, by the names of both. */
  readonly norms: ReadonlyMap<string, string>;
}

/** A constant of a module. */
export interface ModuleValue {
  readonly exported: boolean;
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

export interface ModulesInput<P extends ProgramInterface> {
  readonly norms: readonly BoundNorm<P>[];
  readonly banner: Banner;
  /** The module specifier of the runtime. The package's own runtime if omitted. */
  readonly runtime?: string | undefined;
  /** Returns what stands in `import()` for a module that is loaded on demand. */
  readonly specifierOf: (kind: ModuleKind) => string;
  /** Returns a program's entry in the tuning file. */
  readonly tuning?: ((program: P) => unknown) | undefined;
}

/** How a target's programs are divided among modules. */
export interface ModuleTarget<P extends ProgramInterface> {
  readonly words: BindingsTarget;
  /**
   * Divides a program into what a page needs first and what is loaded later, which is undefined if there is nothing to
   * load.
   */
  readonly divide: (program: P) => { readonly main: object; readonly later: readonly object[] | undefined };
  /** What a module holds of a norm inside other kernels. Only WebGPU has such kernels. */
  readonly inline?: (program: InlineProgram) => object;
}

/** Returns the modules that have contents. The first one is the module that a user imports. */
export function moduleContents<P extends ProgramInterface>(
  { norms, banner, runtime, specifierOf, tuning: tuningOf }: ModulesInput<P>,
  { words, divide, inline: compacted = (program) => program }: ModuleTarget<P>,
): ModuleContent[] {
  const ids = chooseIdentifiers(norms.map((norm) => norm.name));
  const load = (kind: ModuleKind, exported: string): string =>
    `() => import(${JSON.stringify(specifierOf(kind))}).then((module) => module.${exported})`;
  const values: Record<ModuleKind, ModuleValue[]> = {
    forward: [],
    backward: [],
    variants: [],
    "backward.variants": [],
    inline: [],
  };
  const owners = new Map<string, string>();
  const divided = (program: P, kind: "variants" | "backward.variants", name: string): object => {
    const { main, later } = divide(program);
    const tuning = tuningOf?.(program);
    if (later !== undefined) {
      const type = `{ readonly lazy: readonly ${words.later}[] }`;
      owners.set(name, program.norm);
      values[kind].push({ exported: true, name, type, value: { lazy: later } });
    }
    return {
      ...main,
      ...(later === undefined ? {} : { lazy: code(load(kind, name)) }),
      ...(tuning === undefined ? {} : { tuned: code(`async () => (${printLiteral({ tuning })})`) }),
    };
  };
  const list = `readonly ${words.program}[]`;
  const declarations: Declaration[] = [];
  for (const [i, norm] of norms.entries()) {
    const own = ids[i]!;
    const { programs, backward, saving = [] } = norm;
    owners.set(own.norm, norm.name).set(own.programs, norm.name);
    const forward = programs.map((one) => divided(one, "variants", nameOf(own, one)));
    values.forward.push({ exported: false, name: own.programs, type: list, value: forward });
    if (backward !== undefined) {
      const all = (what: string, some: readonly P[]): object[] =>
        some.map((one, k) => divided(one, "backward.variants", `${nameOf(own, one)}$${what}${k}`));
      const saves = saving.length > 0;
      values.backward.push({
        exported: true,
        name: own.norm,
        type: `{ readonly backward: ${list}${saves ? `; readonly saving: ${list}` : ""} }`,
        value: { backward: all("backward", backward), ...(saves ? { saving: all("saving", saving) } : {}) },
      });
    }
    if (isInline(norm)) {
      const type = "{ readonly inline: readonly (InlineProgram | null)[] }";
      values.inline.push({
        exported: true,
        name: own.norm,
        type,
        value: { inline: norm.inline!.map((one) => one && compacted(one)) },
      });
    }
    const loads = {
      backward: backward === undefined ? undefined : load("backward", own.norm),
      inline: isInline(norm) ? load("inline", own.norm) : undefined,
    };
    declarations.push(...describeNorm(norm, own, words, loads));
  }
  const imports: Record<ModuleKind, readonly Import[]> = {
    forward: importsOf(words, norms),
    backward: [{ name: words.program, use: "constants" }],
    variants: [{ name: words.later, use: "constants" }],
    "backward.variants": [{ name: words.later, use: "constants" }],
    inline: [{ name: "InlineProgram", use: "constants" }],
  };
  const kinds = (["forward", "variants", "backward.variants", "backward", "inline"] as const).filter(
    (kind) => kind === "forward" || values[kind].length > 0,
  );
  return kinds.map((kind) => ({
    kind,
    banner,
    runtime: runtime ?? words.runtime,
    imports: imports[kind],
    declarations: kind === "forward" ? declarations : [],
    values: values[kind],
    norms: owners,
  }));
}

/** The name of a program in all modules but the first. It cannot clash: no name of a spec has a `$`. */
function nameOf({ norm }: NormIdentifiers, { mode }: ProgramInterface): string {
  return mode === null ? norm : `${norm}$${mode}`;
}

/**
 * The TypeScript modules of one .norm file for one target. The main module holds the declarations of its norms and
 * their forward programs. Modules that are loaded on demand hold the backward programs and the shaders that only some
 * devices need.
 */
import { fill } from "../../../templates/fill.ts";
import type { ProgramInterface } from "../../program/program.ts";
import { describeNorm } from "./api.ts";
import type { Declaration } from "./declarations.ts";
import { escapeComment } from "./doc-comments.ts";
import { code, printLiteral } from "./literal.ts";
import type { BoundNorm } from "./members.ts";
import { printShared } from "./shared-literals.ts";
import { chooseIdentifiers, type NormIdentifiers } from "./taken-names.ts";
import { type BindingsTarget, importsOf } from "./target-words.ts";

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
export type ModuleKind = "forward" | "backward" | "variants" | "backward.variants";

export interface ModulesInput<P extends ProgramInterface> {
  readonly norms: readonly BoundNorm<P>[];
  readonly banner: Banner;
  /** The module specifier of the runtime. The package's own runtime if omitted. */
  readonly runtime?: string | undefined;
  /** Returns the file name of a module, which must end in `.ts`. Called once for each module that is written. */
  readonly fileName: (kind: ModuleKind) => string;
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
}

/** A constant of a module. */
interface Value {
  readonly exported: boolean;
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

/** Returns the texts of the modules by file name. The first one is the module that a user imports. */
export async function emitModules<P extends ProgramInterface>(
  input: ModulesInput<P>,
  target: ModuleTarget<P>,
): Promise<Map<string, string>> {
  const { norms } = input;
  const { words } = target;
  const ids = chooseIdentifiers(norms.map((norm) => norm.name));
  const files = new Map<ModuleKind, string>([["forward", input.fileName("forward")]]);
  const load = (kind: ModuleKind, exported: string): string => {
    const file = files.get(kind) ?? input.fileName(kind);
    files.set(kind, file);
    // TypeScript wants `.js` here, and every bundler finds the `.ts`.
    const path = JSON.stringify(`./${file.replace(/\.ts$/, ".js")}`);
    return `() => import(${path}).then((module) => module.${exported})`;
  };
  const values: Record<ModuleKind, Value[]> = {
    forward: [],
    backward: [],
    variants: [],
    "backward.variants": [],
  };
  const divided = (program: P, kind: "variants" | "backward.variants", name: string): object => {
    const { main, later } = target.divide(program);
    const tuning = input.tuning?.(program);
    if (later !== undefined) {
      const type = `{ readonly lazy: readonly ${words.later}[] }`;
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
    const loaded = backward === undefined ? undefined : load("backward", own.norm);
    declarations.push(...describeNorm(norm, own, words, loaded));
  }
  const imports: Record<ModuleKind, string> = {
    forward: `{ ${importsOf(words, norms)} }`,
    backward: `type { ${words.program} }`,
    variants: `type { ${words.later} }`,
    "backward.variants": `type { ${words.later} }`,
  };
  const { writeTypescript } = await import("./write-typescript.ts");
  return new Map(
    [...files].map(([kind, file]) => [
      file,
      fill("module", {
        ...headOf(input, words),
        note: notes[kind],
        imports: imports[kind],
        declarations: kind === "forward" ? writeTypescript(declarations) : "",
        ...printed(values[kind], shortestPiece[kind]),
      }),
    ]),
  );
}

/** The name of a program in all modules but the first. It cannot clash: no name of a spec has a `$`. */
function nameOf({ norm }: NormIdentifiers, { mode }: ProgramInterface): string {
  return mode === null ? norm : `${norm}$${mode}`;
}

const notes: Readonly<Record<ModuleKind, string>> = {
  forward: "Do not edit: change the spec and run `normc build`.",
  backward:
    "Do not edit. The backward passes. The module of the norms loads this one when a backward pass is created.",
  variants: "Do not edit. Shaders that only some devices and shapes need. They are loaded on demand.",
  "backward.variants":
    "Do not edit. Shaders of the backward passes that only some devices and shapes need. They are loaded on demand.",
};

function headOf(
  { banner, runtime }: Pick<ModulesInput<ProgramInterface>, "banner" | "runtime">,
  words: BindingsTarget,
) {
  return {
    source: escapeComment(banner.source),
    hash: escapeComment(banner.hash),
    compiler: escapeComment(banner.compiler),
    runtime: JSON.stringify(runtime ?? words.runtime),
  };
}

/**
 * The shortest run of lines, in characters, that several shaders share. Sharing makes modules that are loaded on
 * demand, which are large, a third of their size. The module that every page loads has few shaders and compresses
 * better with long texts.
 */
const shortestPiece: Readonly<Record<ModuleKind, number>> = {
  forward: 1000,
  backward: 60,
  variants: 60,
  "backward.variants": 60,
};

function printed(values: readonly Value[], shortest: number) {
  const { constants, literals } = printShared(
    values.map(({ value }) => value),
    shortest,
  );
  return { constants, values: values.map((one, i) => ({ ...one, literal: literals[i]! })) };
}

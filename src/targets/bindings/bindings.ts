import type { LazyShaders, Program, Shader } from "../../program/program.ts";
import { divideProgram } from "../wgsl/lazy-shaders.ts";
import { describeNorm } from "./api.ts";
import { escapeComment } from "./doc-comments.ts";
import { printLiteral } from "./literal.ts";
import type { BoundNorm } from "./members.ts";
import { type ProgramShell, renderBackward, renderFurther, renderModule, renderTuned } from "./shells.ts";
import { chooseIdentifiers } from "./taken-names.ts";
import { importsOf, webgpuTarget } from "./target-words.ts";

export type { BoundNorm };

/** What the banner says of a module's origin. */
export interface Banner {
  /** The name of the .norm file. */
  readonly source: string;
  /** The hash of its text. */
  readonly hash: string;
  /** The version of the compiler. */
  readonly compiler: string;
}

export interface BindingsInput {
  readonly norms: readonly BoundNorm[];
  readonly banner: Banner;
  /** What the module imports the runtime from. */
  readonly runtime?: string;
  /** Where a module lies that `emitFurther` made of a program, as the module imports it; where none does, nothing is left out. */
  readonly further?: (program: Program) => string | undefined;
  /** Where a module lies that `emitTuned` made of a program's tuning; where none does, there is none. */
  readonly tuned?: (program: Program) => string | undefined;
  /** Where a module lies that `emitBackward` made of a norm; where none does, the norm has no backward pass. */
  readonly backward?: (norm: BoundNorm) => string | undefined;
}

/** The text of a module with the lazy shaders of a program: see `Program.lazy`. */
export function emitFurther(program: Program, input: BindingsInput): string {
  return renderFurther({
    ...headOf(input),
    literal: printLiteral(compact(divideProgram(program).lazy)),
  });
}

/** The text of a module with what a tuning file has for a program. */
export function emitTuned(tuning: unknown, input: BindingsInput): string {
  const { source, hash, compiler } = headOf(input);
  return renderTuned({ source, hash, compiler, literal: printLiteral(tuning) });
}

/** The text of a module with a norm's backward programs. */
export function emitBackward({ name, backward = [], saving = [] }: BoundNorm, input: BindingsInput): string {
  const shells = (programs: readonly Program[]): ProgramShell[] =>
    programs.map((program) => programShell(program, input));
  return renderBackward({
    ...headOf(input),
    type: webgpuTarget.program,
    norm: escapeComment(name),
    programs: shells(backward),
    saving: shells(saving),
  });
}

/** The text of the TypeScript module for the norms of one .norm file. */
export async function emitBindings(input: BindingsInput): Promise<string> {
  const { norms } = input;
  const identifiers = chooseIdentifiers(norms.map((norm) => norm.name));
  const modules = norms.map((norm) => (norm.backward === undefined ? undefined : input.backward?.(norm)));
  const declarations = norms.flatMap((norm, i) =>
    describeNorm(norm, identifiers[i]!, webgpuTarget, modules[i]),
  );
  // ts-morph takes half a second to load, which checking and running a spec should not wait for.
  const { printDeclarations } = await import("./write-typescript.ts");
  return renderModule({
    ...headOf(input),
    imports: importsOf(
      webgpuTarget,
      modules.some((one) => one !== undefined),
      norms.some(({ saving = [] }, i) => modules[i] !== undefined && saving.length > 0),
    ),
    type: webgpuTarget.program,
    api: printDeclarations(declarations).trim(),
    programs: norms.map((norm, i) => ({
      name: identifiers[i]!.programs,
      programs: norm.programs.map((program) => programShell(program, input)),
    })),
  });
}

/** What every module's head says. */
export function headOf({
  banner,
  runtime = webgpuTarget.runtime,
}: Pick<BindingsInput, "banner" | "runtime">) {
  return {
    source: escapeComment(banner.source),
    hash: escapeComment(banner.hash),
    compiler: escapeComment(banner.compiler),
    runtime: JSON.stringify(runtime),
  };
}

function programShell(program: Program, { further, tuned }: BindingsInput): ProgramShell {
  const elsewhere = further?.(program);
  const tuning = tuned?.(program);
  return {
    literal: printLiteral(elsewhere === undefined ? program : mainOf(program), "  "),
    further: elsewhere === undefined ? null : JSON.stringify(elsewhere),
    tuned: tuning === undefined ? null : JSON.stringify(tuning),
  };
}

function mainOf(program: Program): Program {
  const { main } = divideProgram(program);
  return { ...main, kernels: compact(main.kernels) };
}

/** Shaders without the comments and the spaces of their texts, which a page need not load: `wgsl/` has them. */
function compact<T extends LazyShaders>(kernels: readonly T[]): T[] {
  const compacted = (one: Shader): Shader => ({
    ...one,
    wgsl: one.wgsl
      .replace(/^\s*\/\/.*\n/gm, "")
      .replace(/^ +/gm, "")
      .replace(/\n{2,}/g, "\n")
      // Not around a minus: two of them would become one sign.
      .replace(/ ?(==|[=*+<,]) ?/g, "$1"),
  });
  return kernels.map((kernel) => ({
    ...kernel,
    shaders: kernel.shaders.map(compacted),
    split: kernel.split && {
      ...kernel.split,
      stages: kernel.split.stages.map((stage) => ({ ...stage, shaders: stage.shaders.map(compacted) })),
    },
  }));
}

/** The runtimes that modules are written for, and how their programs are divided among modules. */
import type { GatherDraw, GatherProgram, WholeOrSplitDraw } from "../../program/gather-program.ts";
import type { LazyShaders, Program, Shader } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import { gpujsTarget, wasmTarget, webgpuTarget } from "../bindings/target-words.ts";
import { divideProgram, hasLazyShaders } from "../wgsl/lazy-shaders.ts";
import type { ModuleTarget } from "./module-content.ts";

export const wgslModules: ModuleTarget<Program> = {
  words: webgpuTarget,
  divide(program) {
    const { main, lazy } = divideProgram(program);
    return {
      main: { ...main, kernels: compactKernels(main.kernels) },
      later: hasLazyShaders(program) ? compactKernels(lazy) : undefined,
    };
  },
  // The functions stay readable: they stand in a module that somebody else writes.
  inline: (program) => ({
    ...program,
    statistics: program.statistics && {
      ...program.statistics,
      kernels: compactKernels(program.statistics.kernels),
    },
  }),
};

export const gatherModules: ModuleTarget<GatherProgram> = {
  words: gpujsTarget,
  divide: (program) => ({ main: { ...program, draws: program.draws.map(compactDraws) }, later: undefined }),
};

export const wasmModules: ModuleTarget<WasmProgram> = {
  words: wasmTarget,
  divide: (program) => ({ main: program, later: undefined }),
};

/** Shaders without comments and unnecessary spaces, which a page need not load. */
function compactKernels<T extends LazyShaders>(kernels: readonly T[]): T[] {
  const shader = (one: Shader): Shader => ({ ...one, wgsl: compact(one.wgsl) });
  return kernels.map((kernel) => ({
    ...kernel,
    shaders: kernel.shaders.map(shader),
    split: kernel.split && {
      ...kernel.split,
      stages: kernel.split.stages.map((stage) => ({ ...stage, shaders: stage.shaders.map(shader) })),
    },
  }));
}

function compactDraws({ whole, split }: WholeOrSplitDraw): WholeOrSplitDraw {
  return {
    whole: compactDraw(whole),
    split: split && { ...split, part: compactDraw(split.part), merge: compactDraw(split.merge) },
  };
}

function compactDraw(draw: GatherDraw): GatherDraw {
  return { ...draw, glsl: compact(draw.glsl), js: compact(draw.js) };
}

/** Keeps the tokens of each line and drops characters between them. */
function compact(text: string): string {
  return (
    text
      .replace(/^\s*\/\/.*\n/gm, "")
      .replace(/^ +/gm, "")
      .replace(/\n{2,}/g, "\n")
      // Keep a space between two signs, which could become one, and between two words.
      .replace(
        /(?<![-+*/%=<>!&|^~]) (?=[-+*/%=<>!&|^~])|(?<=[-+*/%=<>!&|^~]) (?![-+*/%=<>!&|^~])|(?<!\w) (?!\w)/g,
        "",
      )
      .replace(/(?<=[,;:(){}[\]]) (?=\w)|(?<=\w) (?=[,;:(){}[\]])/g, "")
  );
}

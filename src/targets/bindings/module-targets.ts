/** The two runtimes that modules are written for: how their programs lie in them. */
import type { GatherPass, GatherProgram, GatherStep } from "../../program/gather-program.ts";
import type { FurtherForms, KernelForm, Program } from "../../program/program.ts";
import { divideProgram, offersMore } from "../wgsl/emit-program.ts";
import type { ModuleTarget } from "./emit-modules.ts";
import { gpujsTarget, webgpuTarget } from "./target-words.ts";

export const wgslModules: ModuleTarget<Program> = {
  words: webgpuTarget,
  divide(program) {
    const { main, more } = divideProgram(program);
    return {
      main: { ...main, kernels: compactKernels(main.kernels) },
      later: offersMore(program) ? compactKernels(more) : undefined,
    };
  },
};

export const gatherModules: ModuleTarget<GatherProgram> = {
  words: gpujsTarget,
  divide: (program) => ({ main: { ...program, steps: program.steps.map(compactStep) }, later: undefined }),
};

/** Forms without the comments and the spaces of their texts, which a page need not load. */
function compactKernels<T extends FurtherForms>(kernels: readonly T[]): T[] {
  const form = (one: KernelForm): KernelForm => ({ ...one, wgsl: compact(one.wgsl) });
  return kernels.map((kernel) => ({
    ...kernel,
    forms: kernel.forms.map(form),
    split: kernel.split && {
      ...kernel.split,
      stages: kernel.split.stages.map((stage) => ({ ...stage, forms: stage.forms.map(form) })),
    },
  }));
}

function compactStep({ whole, split }: GatherStep): GatherStep {
  return {
    whole: compactPass(whole),
    split: split && { ...split, part: compactPass(split.part), merge: compactPass(split.merge) },
  };
}

function compactPass(pass: GatherPass): GatherPass {
  return { ...pass, glsl: compact(pass.glsl), js: compact(pass.js) };
}

/** The same tokens with fewer characters between them, line by line. */
function compact(text: string): string {
  return (
    text
      .replace(/^\s*\/\/.*\n/gm, "")
      .replace(/^ +/gm, "")
      .replace(/\n{2,}/g, "\n")
      // Not between two signs, which could become one, nor between two words.
      .replace(
        /(?<![-+*/%=<>!&|^~]) (?=[-+*/%=<>!&|^~])|(?<=[-+*/%=<>!&|^~]) (?![-+*/%=<>!&|^~])|(?<!\w) (?!\w)/g,
        "",
      )
      .replace(/(?<=[,;:(){}[\]]) (?=\w)|(?<=\w) (?=[,;:(){}[\]])/g, "")
  );
}

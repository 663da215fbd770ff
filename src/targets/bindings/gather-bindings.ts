/** The TypeScript modules of norms for gpu.js: those for WebGPU in another target. */
import type { GatherDraw, GatherProgram, GatherStep } from "../../program/gather-program.ts";
import { describeNorm } from "./api.ts";
import { type Banner, headOf } from "./bindings.ts";
import { escapeComment } from "./doc-comments.ts";
import { printLiteral } from "./literal.ts";
import type { BoundNorm } from "./members.ts";
import { renderBackward, renderModule } from "./shells.ts";
import { chooseIdentifiers } from "./taken-names.ts";
import { gpujsTarget, importsOf } from "./target-words.ts";

export type GatherNorms = BoundNorm<GatherProgram>;

export interface GatherBindingsInput {
  readonly norms: readonly GatherNorms[];
  readonly banner: Banner;
  /** What the module imports the runtime from. */
  readonly runtime?: string;
  /** Where a module lies that `emitGatherBackward` made of a norm. */
  readonly backward: (norm: GatherNorms) => string | undefined;
}

/** The text of the module for the norms of one .norm file. */
export async function emitGatherBindings(input: GatherBindingsInput): Promise<string> {
  const { norms } = input;
  const identifiers = chooseIdentifiers(norms.map((norm) => norm.name));
  const modules = norms.map((norm) => (norm.backward === undefined ? undefined : input.backward(norm)));
  const declarations = norms.flatMap((norm, i) =>
    describeNorm(norm, identifiers[i]!, gpujsTarget, modules[i]),
  );
  const { printDeclarations } = await import("./write-typescript.ts");
  return renderModule({
    ...gatherHead(input),
    imports: importsOf(
      gpujsTarget,
      modules.some((one) => one !== undefined),
    ),
    type: gpujsTarget.program,
    api: printDeclarations(declarations).trim(),
    programs: norms.map((norm, i) => ({
      name: identifiers[i]!.programs,
      programs: norm.programs.map(shell),
    })),
  });
}

/** The text of a module with a norm's backward programs, one a mode. */
export function emitGatherBackward({ name, backward = [] }: GatherNorms, input: GatherBindingsInput): string {
  return renderBackward({
    ...gatherHead(input),
    norm: escapeComment(name),
    type: gpujsTarget.program,
    programs: backward.map(shell),
    saving: [],
  });
}

function gatherHead({ banner, runtime = gpujsTarget.runtime }: GatherBindingsInput) {
  return headOf({ banner, runtime });
}

function shell(program: GatherProgram) {
  return {
    literal: printLiteral({ ...program, steps: program.steps.map(compactStep) }, "  "),
    further: null,
    tuned: null,
  };
}

function compactStep({ whole, split }: GatherStep): GatherStep {
  return {
    whole: compact(whole),
    split: split && { ...split, part: compact(split.part), merge: compact(split.merge) },
  };
}

/** Without the comments and the indentation of the texts, which a page need not load: `glsl/` has them. */
function compact(draw: GatherDraw): GatherDraw {
  const short = (text: string): string =>
    text
      .replace(/^\s*\/\/.*\n/gm, "")
      .replace(/^ +/gm, "")
      .replace(/\n{2,}/g, "\n");
  return { ...draw, glsl: short(draw.glsl), js: short(draw.js) };
}

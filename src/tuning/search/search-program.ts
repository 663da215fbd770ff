/** Tunes a program: one kernel after the other, measured by the time of the whole program. */
import type { Program } from "../../program/program.ts";
import type { Shapes } from "../../runtime/shapes/shapes.ts";
import { chooseVariant } from "../../runtime/variants/default-variant.ts";
import { chooseVariants } from "../../runtime/variants/dispatch.ts";
import { type Described, traitsOf } from "../../runtime/variants/traits.ts";
import type { ChooseVariant, Variant, Work } from "../../runtime/variants/variant.ts";
import { choiceOf, chooserOf } from "../file/choices.ts";
import type { Choice, Choices } from "../file/tuning-file.ts";
import type { Best, Candidate, Refused, Tried } from "./candidate.ts";
import { costOf } from "./cost.ts";
import { type SearchResult, search } from "./search.ts";
import { type Space, spaceOf } from "./space.ts";
import { variantKey } from "./strategy.ts";

export interface ProgramSearch {
  readonly program: Program;
  readonly shapes: Shapes;
  readonly device: Described;
  /** Prepares and checks the program with a variant for each kernel. */
  readonly prepare: (choose: ChooseVariant) => Promise<Candidate | Refused>;
  readonly budgetMs: number;
  readonly now: () => number;
  readonly onTried?: (kernel: string, tried: Tried, best: Best) => void;
  readonly stopped?: () => boolean;
}

export interface KernelResult {
  readonly kernel: string;
  readonly work: Work;
  readonly space: Space;
  readonly result: SearchResult;
}

export interface ProgramResult {
  /** By kernel. Kernels that run in the default variant are left out. */
  readonly choices: Choices;
  readonly kernels: readonly KernelResult[];
  readonly ms: number;
  readonly defaultMs: number;
}

/** The work of each kernel, given the choices for the kernels before it. */
export function worksOf(
  program: Program,
  shapes: Shapes,
  device: Described,
  choices: Choices,
): ReadonlyMap<string, Work> {
  const works = new Map<string, Work>();
  const choose = chooserOf(choices);
  chooseVariants(program, shapes, device, (work, traits, limits, kernel) => {
    works.set(kernel, work);
    return choose(work, traits, limits, kernel);
  });
  return works;
}

export async function searchProgram(input: ProgramSearch): Promise<ProgramResult> {
  const { program, shapes, device, budgetMs } = input;
  const traits = traitsOf(device);
  const works = worksOf(program, shapes, device, new Map());
  // Each kernel gets a share of the budget equal to its predicted share of the time.
  const shares = new Map<string, number>();
  for (const [kernel, work] of works) {
    if (work.rowCount > 0)
      shares.set(kernel, costOf(chooseVariant(work, traits, device.limits), work, traits).total);
  }
  const whole = [...shares.values()].reduce((a, b) => a + b, 0);
  const choices = new Map<string, Choice>();
  const kernels: KernelResult[] = [];
  for (const [kernel, share] of shares) {
    const work = worksOf(program, shapes, device, choices).get(kernel)!;
    const space = spaceOf(work, traits, device.limits);
    const result = await search({
      variants: space.variants,
      predict: (variant) => costOf(variant, work, traits).total,
      prepare: (variant) => input.prepare(chooserOf(new Map([...choices, [kernel, choiceOf(variant)]]))),
      budgetMs: (budgetMs * share) / whole,
      now: input.now,
      onTried: (tried, best) => input.onTried?.(kernel, tried, best),
      ...(input.stopped === undefined ? {} : { stopped: input.stopped }),
    });
    kernels.push({ kernel, work, space, result });
    if (!isDefault(result.best, space.variants)) choices.set(kernel, choiceOf(result.best));
  }
  const factor = kernels.reduce((product, { result }) => product * (result.bestMs / result.defaultMs), 1);
  const defaultMs = kernels[0]?.result.defaultMs ?? 0;
  return { choices, kernels, ms: defaultMs * factor, defaultMs };
}

function isDefault(variant: Variant, [initial]: readonly Variant[]): boolean {
  return initial !== undefined && variantKey(initial) === variantKey(variant);
}

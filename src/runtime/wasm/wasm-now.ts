/**
 * Norms made without waiting: all code and modules that a norm may need are loaded and compiled before. They run on one
 * thread, in a memory that norms share. Loaded on demand.
 */
import type { WasmParts, WasmProgram } from "../../program/wasm-program.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import { elementsOf } from "../shapes/array-elements.ts";
import { NormError } from "../shapes/errors.ts";
import { shownValue } from "../shapes/shown-value.ts";
import { assembleNorm, hasEmptyInput, layOut, type ResolvedProgram } from "./assemble-norm.ts";
import { resolveProgram } from "./checked-options.ts";
import { takeRegion } from "./heap.ts";
import { instanceNow, moduleOf } from "./modules.ts";
import { noRoom } from "./refusals.ts";
import { needsParts } from "./schedules.ts";
import { settling } from "./settle.ts";
import { planWasmBackward, planWasmSaving, type WasmBackwardKeys, type WasmPlan } from "./wasm-training.ts";
import type { WasmNorm } from "./wasm-types.ts";

/** The functions of a generated module that have a counterpart which does not wait. */
export type WasmPass = "create" | "createBackward" | "createSaving";

/** Loads the programs of the passes other than the forward pass. */
export type LoadFurther = () => Promise<{
  readonly backward: readonly WasmProgram[];
  readonly saving?: readonly WasmProgram[];
}>;

type Planner = (options: object, keys: OptionKeys | undefined) => WasmPlan;

/** What is loaded of the norms, by pass. The first program of a norm stands for all of them. */
const planners: Readonly<Record<WasmPass, WeakMap<WasmProgram, Planner>>> = {
  create: new WeakMap(),
  createBackward: new WeakMap(),
  createSaving: new WeakMap(),
};

/** A program, or the schedules in parts of one, with its module compiled. */
interface Compiled {
  readonly module: WebAssembly.Module;
  readonly parts: WasmParts | undefined;
}

/** By the text of the module, which a program keeps when kernels that nobody wants are left out. */
const compiled = new Map<string, Compiled>();

/**
 * Loads the code of a pass and compiles its modules.
 * @throws NormError (as a rejection) N525 for a pass that there is not, N541.
 */
export async function loadWasmPass(
  programs: readonly WasmProgram[],
  pass: WasmPass = "create",
  further: LoadFurther | undefined,
): Promise<void> {
  if (!Object.hasOwn(planners, pass)) {
    const names = Object.keys(planners).join(", ");
    throw new NormError("N525", `${programs[0]?.norm}.load: expected ${names}, given ${shownValue(pass)}`);
  }
  planners[pass].set(programs[0]!, await plannerOf(programs, pass, further));
}

async function plannerOf(
  programs: readonly WasmProgram[],
  pass: WasmPass,
  further: LoadFurther | undefined,
): Promise<Planner> {
  switch (pass) {
    case "create": {
      await compileAll(programs);
      return (options, keys = { mode: "mode", dtype: "dtype" }) => {
        const { program, ...own } = readOptions(programs, options, keys);
        return { resolved: resolveProgram(program, own), finish: (norm) => norm };
      };
    }
    case "createBackward": {
      const { backward } = await further!();
      await compileAll(backward);
      return (options, keys) =>
        planWasmBackward(programs, backward, options, keys as WasmBackwardKeys | undefined);
    }
    case "createSaving": {
      const { saving = [] } = await further!();
      // A mode that saves nothing has only the forward program.
      await compileAll([...programs, ...saving]);
      return (options, keys) => planWasmSaving(programs, saving, options, keys);
    }
  }
}

async function compileAll(programs: readonly WasmProgram[]): Promise<void> {
  await Promise.all(
    programs.map(async ({ norm, module, lazy, ...own }) => {
      const parts = (await lazy?.())?.lazy[0];
      if (parts !== undefined) {
        compiled.set(parts.module, { module: await moduleOf(norm, parts, false), parts: undefined });
      }
      compiled.set(module, { module: await moduleOf(norm, { module, ...own }, false), parts });
    }),
  );
}

/** Undefined if this pass is not loaded. @throws NormError the errors of `makeWasmNorm` but for its settings. */
export function createWasmNow(
  programs: readonly WasmProgram[],
  pass: WasmPass,
  options: object,
  keys: OptionKeys | undefined,
): WasmNorm | undefined {
  const plan = planners[pass].get(programs[0]!)?.(options, keys);
  return plan?.finish(makeNow(plan.resolved));
}

function makeNow(resolved: ResolvedProgram): WasmNorm {
  const { program, shapes } = resolved;
  const own = compiled.get(program.module)!;
  const parts = needsParts(program, shapes) ? own.parts : undefined;
  const layout = layOut(resolved, parts);
  const taken = takeRegion(layout.bytes, undefined, undefined);
  if (taken === undefined) throw noRoom(program.norm, layout.bytes, undefined);
  const modules = [own, ...(parts === undefined ? [] : [compiled.get(parts.module)!])];
  return assembleNorm(layout, taken, {
    functions: modules.map(({ module }) => instanceNow(taken.heap, module)),
    team: undefined,
    elementsOf,
    settling: hasEmptyInput(resolved) ? settling : undefined,
  });
}

/** The norms of training: the backward pass, and the forward pass that saves what it reads. Loaded on demand. */
import type { ProgramTensor } from "../../program/program.ts";
import type { WasmKernel, WasmProgram } from "../../program/wasm-program.ts";
import { gradients, readBackwardOptions, without } from "../options/backward-options.ts";
import type { FeedsByName } from "../options/norm-types.ts";
import { type OptionKeys, readOptions } from "../options/read-options.ts";
import { refuseOtherFormat } from "../shapes/check-format.ts";
import type { ResolvedProgram } from "./assemble-norm.ts";
import { resolveProgram } from "./checked-options.ts";
import { makeWasmNorm } from "./wasm-norm.ts";
import type { WasmNorm, WasmSettings } from "./wasm-types.ts";

/** What to create, and what makes of it the norm that the caller gets. */
export interface WasmPlan {
  readonly resolved: ResolvedProgram;
  finish(norm: WasmNorm): WasmNorm;
}

export type WasmBackwardKeys = OptionKeys & { readonly of: string };

/** @param load loads the backward programs. For each mode, the smallest comes first and the last computes everything. */
export async function createWasmBackward(
  programs: readonly WasmProgram[],
  load: () => Promise<{ readonly backward: readonly WasmProgram[] }>,
  options: object,
  settings: WasmSettings = {},
  keys?: WasmBackwardKeys,
): Promise<WasmNorm> {
  const { resolved, ignored, finish } = planWasmBackward(programs, (await load()).backward, options, keys);
  const { at, ...others } = settings;
  return finish(
    await makeWasmNorm(resolved, { ...others, ...(at === undefined ? {} : { at: without(at, ignored) }) }),
  );
}

/** Of the backward programs it takes the smallest one that computes the wanted gradients, and of that the kernels that they need. */
export function planWasmBackward(
  programs: readonly WasmProgram[],
  backward: readonly WasmProgram[],
  options: object,
  keys: WasmBackwardKeys = { mode: "mode", dtype: "dtype", of: "of" },
): WasmPlan & { readonly ignored: readonly string[] } {
  const read = readBackwardOptions(programs, backward, options, keys);
  const covers = (one: WasmProgram): boolean => {
    const computed = gradients(one).map(({ gradientOf }) => gradientOf);
    return [...read.wanted].every((name) => computed.includes(name));
  };
  const program = narrowed(read.candidates.find(covers)!, read.wanted);
  const ignored = read.ignoredBy(program);
  return {
    resolved: resolveProgram(program, read.optionsFor(program)),
    ignored,
    finish(norm) {
      const { run } = norm;
      // A caller may give what only the forward pass reads.
      return Object.assign(norm, {
        run: (feeds?: FeedsByName) => (feeds === undefined ? run() : run(without(feeds, ignored))),
      });
    },
  };
}

/** The program without the gradients that nobody wants, and without the kernels that only they need. */
function narrowed(program: WasmProgram, wanted: ReadonlySet<string>): WasmProgram {
  const tensors = program.tensors.map(
    (one): ProgramTensor =>
      one.role === "output" && !wanted.has(one.gradientOf!) ? { ...one, role: "scratch" } : one,
  );
  const needed = new Set(
    tensors.filter(({ role, updated }) => role === "output" || updated).map(({ name }) => name),
  );
  const kernels: WasmKernel[] = [];
  for (const kernel of [...program.kernels].reverse()) {
    const stages = kernel.schedules.flatMap((one) => one.stages);
    if (!stages.some(({ writes }) => writes.some((name) => needed.has(name)))) continue;
    kernels.unshift(kernel);
    for (const { reads } of stages) for (const name of reads) needed.add(name);
  }
  return { ...program, tensors, kernels };
}

/** @param load loads the programs that also save. A mode that saves nothing has none. */
export async function createWasmSaving(
  programs: readonly WasmProgram[],
  load: () => Promise<{ readonly saving: readonly WasmProgram[] }>,
  options: object,
  settings?: WasmSettings,
  keys?: OptionKeys,
): Promise<WasmNorm> {
  const { saving } = await load();
  return makeWasmNorm(planWasmSaving(programs, saving, options, keys).resolved, settings);
}

export function planWasmSaving(
  programs: readonly WasmProgram[],
  saving: readonly WasmProgram[],
  options: object,
  keys: OptionKeys = { mode: "mode", dtype: "dtype" },
): WasmPlan {
  saving.forEach(refuseOtherFormat);
  const { program: forward, ...own } = readOptions(programs, options, keys);
  const program = saving.find((one) => one.mode === forward.mode) ?? forward;
  return { resolved: resolveProgram(program, own), finish: (norm) => norm };
}

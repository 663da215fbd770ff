/**
 * The lock file: one line for each kernel. Modules are written for machines, and a change to one compiler pass changes
 * many of them. The differing lines of the lock file show which kernels changed, and whether they grew.
 */
import type { GatherProgram } from "../../program/gather-program.ts";
import type { Program } from "../../program/program.ts";
import type { WasmProgram } from "../../program/wasm-program.ts";
import type { BoundNorm } from "../../targets/bindings/members.ts";
import type { WasmNorm, WebgpuNorm } from "./compile-norm.ts";
import { programLabel } from "./file-names.ts";
import { fingerprint } from "./fingerprint.ts";

export interface LockedKernel {
  /** The hash of the whole kernel: its shaders, their bindings and constants. */
  readonly hash: string;
  /** How many shader modules it has, or functions for processors. */
  readonly shaders: number;
  /** The numbers of dispatches (draws on WebGL2, stages on processors) in which it can run. */
  readonly dispatches: readonly number[];
  /** The total length of its shaders, or the size of its module. */
  readonly bytes: number;
}

/** Keyed by `GroupNorm.y`, `GroupNorm.backward.d_x` and so on; for gpu.js with `gpujs ` in front, for processors `wasm `. */
export type Lock = ReadonlyMap<string, LockedKernel>;

export const lockName = "normc.lock.json";

export function lockWebgpu({ programs, backward = [], saving = [], gradients }: WebgpuNorm): Lock {
  const locked = (program: Program, label: string): [string, LockedKernel][] =>
    program.kernels.map((kernel) => {
      const stages = kernel.split?.stages ?? [];
      const shaders = [...kernel.shaders, ...stages.flatMap((one) => one.shaders)].map((one) => one.wgsl);
      const dispatches = [1, ...(kernel.split === null ? [] : [stages.length])];
      return [`${label}.${kernel.name}`, lockedKernel(kernel, shaders, dispatches)];
    });
  return new Map([
    ...programs.flatMap((one) => locked(one, programLabel(one))),
    ...saving.flatMap((one) => locked(one, programLabel(one, { saving: true }))),
    ...backward.flatMap((one) => locked(one, programLabel(one, { gradients: gradients.get(one) }))),
  ]);
}

export function lockGpujs({ programs, backward = [] }: BoundNorm<GatherProgram>): Lock {
  const locked = (program: GatherProgram, label: string): [string, LockedKernel][] =>
    program.draws.map((draw) => {
      const { whole, split } = draw;
      const shaders = [whole, ...(split === null ? [] : [split.part, split.merge])].map((one) => one.glsl);
      const dispatches = [1, ...(split === null ? [] : [2])];
      return [`gpujs ${label}.${whole.name}`, lockedKernel(draw, shaders, dispatches)];
    });
  return new Map([
    ...programs.flatMap((one) => locked(one, programLabel(one))),
    ...backward.flatMap((one) => locked(one, programLabel(one, { gradients: "all" }))),
  ]);
}

/** The kernels of a program lie in one module: it is one entry. */
export function lockWasm({ programs, backward = [], saving = [], gradients, divided }: WasmNorm): Lock {
  const locked = (program: WasmProgram, label: string): [string, LockedKernel] => {
    const parts = divided.get(program)?.parts;
    const whole = program.kernels.flatMap(({ schedules }) => schedules);
    const functions = [...whole, ...(parts?.schedules ?? [])].flatMap((one) => one?.stages ?? []);
    const modules = [program.module, parts?.module ?? ""];
    const most = program.kernels.reduce((sum, _, i) => sum + (parts?.schedules[i]?.stages.length ?? 1), 0);
    return [
      `wasm ${label}`,
      {
        hash: fingerprint(JSON.stringify([program.kernels, parts, program.module])),
        shaders: functions.length,
        dispatches: [...new Set([whole.length, most])],
        bytes: modules.reduce((sum, one) => sum + one.length / 2, 0),
      },
    ];
  };
  return new Map([
    ...programs.map((one) => locked(one, programLabel(one))),
    ...saving.map((one) => locked(one, programLabel(one, { saving: true }))),
    ...backward.map((one) => locked(one, programLabel(one, { gradients: gradients.get(one) }))),
  ]);
}

function lockedKernel(
  kernel: object,
  shaders: readonly string[],
  dispatches: readonly number[],
): LockedKernel {
  const bytes = shaders.reduce((sum, one) => sum + one.length, 0);
  return { hash: fingerprint(JSON.stringify(kernel)), shaders: shaders.length, dispatches, bytes };
}

/** @param head the first line, which says who made the file. */
export function printLock(
  head: string,
  sources: readonly { readonly path: string; readonly kernels: Lock }[],
): string {
  const specs = sources.map(({ path, kernels }) => {
    const lines = [...kernels].map(([name, one]) => `      ${JSON.stringify(name)}: ${JSON.stringify(one)}`);
    return `    ${JSON.stringify(path)}: {\n${lines.join(",\n")}\n    }`;
  });
  return `{\n  "made": ${JSON.stringify(head)},\n  "kernels": {\n${specs.join(",\n")}\n  }\n}\n`;
}

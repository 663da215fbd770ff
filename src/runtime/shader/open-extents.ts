/**
 * Makes data of extents that are left open: a kernel reads them from a uniform buffer in place of constants of its
 * pipeline. Loaded on demand.
 */
import type { Shader } from "../../program/program.ts";
import type { Launch } from "./launch.ts";

/** The name of the buffer among the tensors of a launch. No tensor of a spec can have it. */
export const extentsTensor = "(extents)";

/** @param open the factors that are left open, in the order of their numbers in the buffer. */
export function openLaunch(launch: Launch, { constants }: Shader, open: readonly string[]): Launch {
  const opened = constants.flatMap((one) =>
    one.kind === "extent" && open.includes(one.factor)
      ? [{ name: one.name, at: open.indexOf(one.factor) }]
      : [],
  );
  if (opened.length === 0) return launch;
  const names = new Set(opened.map(({ name }) => name));
  const reads = opened.map(
    ({ name, at }) => `let ${name} = _extents[${Math.floor(at / 4)}].${"xyzw"[at % 4]};\n`,
  );
  const fixed = opened.reduce(
    (code, { name }) => code.replace(new RegExp(`override ${name} ?: ?u32;\n?`), ""),
    launch.code,
  );
  const size = extentsBytes(open);
  const binding = launch.slots.length;
  const declared = `\n@group(0) @binding(${binding}) var<uniform> _extents: array<vec4u, ${size / 16}>;\n`;
  return {
    ...launch,
    // The extents have the names of the constants that they replace. The helpers of a shader use no extents.
    code: fixed.replace(/fn main\([^{]*\{\n?/, (head) => head + reads.join("")) + declared,
    constants: Object.fromEntries(Object.entries(launch.constants).filter(([name]) => !names.has(name))),
    slots: [...launch.slots, { tensor: extentsTensor, access: "uniform", offset: 0, size }],
  };
}

export function extentsBytes(open: readonly string[]): number {
  return Math.ceil(open.length / 4) * 16;
}

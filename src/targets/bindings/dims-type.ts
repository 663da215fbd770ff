import type { ProgramInterface, ProgramTensor } from "../../program/program.ts";
import { tupleLabel } from "./taken-names.ts";

/** `readonly [N: Extent, C: Extent, ...S: Extent[]] | DimsList`. @param extent the type of an extent. */
export function dimsType(program: ProgramInterface, tensor: ProgramTensor, extent: string): string {
  const members = tensor.dims.map((name) =>
    isVariadic(program, name) ? `...${tupleLabel(name)}: ${extent}[]` : `${tupleLabel(name)}: ${extent}`,
  );
  return `readonly [${members.join(", ")}] | DimsList`;
}

/** `x[N, C, ...S]`, as the spec writes it. */
export function dimsDoc(program: ProgramInterface, tensor: ProgramTensor): string {
  const dims = tensor.dims.map((name) => (isVariadic(program, name) ? `...${name}` : name));
  return `\`${tensor.name}[${dims.join(", ")}]\``;
}

/** Whether the tensor has an axis whose extent follows from neither an input nor the spec. */
export function needsDims(program: ProgramInterface, tensor: ProgramTensor): boolean {
  const given = new Set(program.tensors.filter((each) => each.role === "input").flatMap((each) => each.dims));
  return !tensor.dims.every((name) => {
    const axis = program.axes.find((each) => each.name === name || each.factors.some((f) => f.name === name));
    const factors = axis?.factors ?? [];
    // A factor follows from its axis and the other factors. An axis follows from all its factors.
    const known = factors.filter((factor) => factor.extent !== null || given.has(factor.name));
    if (known.length === factors.length || given.has(name)) return true;
    return axis !== undefined && given.has(axis.name) && factors.length - known.length <= 1;
  });
}

function isVariadic(program: ProgramInterface, name: string): boolean {
  return program.axes.some((axis) => axis.variadic && axis.name === name);
}

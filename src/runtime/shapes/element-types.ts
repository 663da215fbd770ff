import type { Dtype, FloatType, ProgramInterface } from "../../program/program.ts";
import { NormError } from "./errors.ts";
import { toHalf } from "./float16.ts";
import { shownValue } from "./shown-value.ts";
import { givenNames, own, refuseUnknown } from "./unknown-names.ts";

/** The element type of every tensor. */
export type Dtypes = ReadonlyMap<string, Dtype>;

/**
 * Resolves the `dtype` option to an element type for each tensor. A tensor of integers is what its spec says. A single
 * `"f16"` applies to the other inputs, affines and outputs. States, saved tensors and scratch hold statistics, which overflow f16 (a variance above 65504), so they stay
 * f32. A state can still be set by name.
 * @throws NormError N501 for an unknown tensor, N514 for an unknown element type.
 */
export function resolveDtypes(
  program: ProgramInterface,
  choice: FloatType | Readonly<Record<string, FloatType>> | undefined,
): Dtypes {
  const tensors = program.tensors.filter((tensor) => tensor.role !== "scratch");
  const byName = typeof choice === "object" && choice !== null ? choice : undefined;
  refuseUnknown(
    "a tensor",
    givenNames(byName),
    tensors.map((tensor) => tensor.name),
  );
  const dtypes = new Map<string, Dtype>();
  for (const { name, role, dtype: fixed } of program.tensors) {
    const statistic = role === "state" || role === "scratch" || role === "saved";
    const all = statistic || byName !== undefined || choice === undefined ? "f32" : (choice as FloatType);
    const given = own(byName, name);
    const dtype: Dtype = given === undefined ? (fixed ?? all) : given;
    if (dtype !== fixed && (fixed !== undefined || (dtype !== "f32" && dtype !== "f16"))) {
      throw new NormError(
        "N514",
        `tensor ${name}: expected element type ${fixed ?? "f32 or f16"}, given ${shownValue(dtype)}`,
      );
    }
    dtypes.set(name, dtype);
  }
  return dtypes;
}

export const elementBytes: Readonly<Record<Dtype, number>> = { f32: 4, f16: 2, i8: 1, u8: 1, i32: 4, u32: 4 };

/** The size in bytes of a buffer for `count` elements. A binding is a multiple of four bytes and never empty. */
export function bufferBytes(count: number, dtype: Dtype): number {
  return Math.max(4, Math.ceil((count * elementBytes[dtype]) / 4) * 4);
}

/** Sets every element to one value. No integer has an initial value. */
export function fillElements(bytes: ArrayBuffer, value: number, dtype: Dtype): void {
  if (dtype === "f32") new Float32Array(bytes).fill(value);
  else new Uint16Array(bytes).fill(toHalf(value));
}

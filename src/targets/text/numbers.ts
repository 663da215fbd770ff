/** How numbers are written as literals. */
import type { ScalarType } from "../../kernels/ir/scalar.ts";

/** The parts of a literal that differ between languages. */
export interface Literals {
  /** The suffix of an f32 literal, and that of a u32 literal. */
  readonly f32: string;
  readonly u32: string;
  /** Writes an infinity or NaN. Most languages have no literal for them. */
  nonFinite(value: number): string;
}

export function literal(literals: Literals, type: ScalarType, value: number): string {
  switch (type) {
    case "u32":
      return `${value}${literals.u32}`;
    case "bool":
      return value !== 0 ? "true" : "false";
    case "f32": {
      const rounded = Math.fround(value);
      if (!Number.isFinite(rounded)) return literals.nonFinite(rounded);
      return `${digitsOf(rounded)}${literals.f32}`;
    }
  }
}

function digitsOf(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return `${Object.is(value, -0) ? "-0" : value}.0`;
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The bits of a number as an f32. */
export function f32Bits(value: number): number {
  return new DataView(new Float32Array([value]).buffer).getUint32(0, true);
}

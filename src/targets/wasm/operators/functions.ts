/** The operators that WebAssembly has no instruction for: written where they are needed, or as functions. */
import type { UnaryOp } from "../../../kernels/ir/ir.ts";
import { printWat, type Wat } from "../../text/wat.ts";
import { high, sign } from "./bits.ts";
import { exp, exp2, expBelow } from "./exponentials.ts";
import { acos, asin, atan } from "./inverse-trigonometry.ts";
import { log, log2 } from "./logarithms.ts";
import { cosOfTwo, type PairOperator, sinOfTwo, tanOfTwo } from "./trigonometry.ts";
import type { VectorOperator, Writer } from "./vector.ts";

/**
 * Those that are written where they are needed if they take four values: their constants then stay in registers. A loop
 * over exp takes 0.7 of the time that it takes with a call.
 */
export const inlined: Readonly<Partial<Record<UnaryOp, VectorOperator>>> = {
  exp,
  exp_below: expBelow,
  exp2,
  high,
  sign,
};

const operators: Readonly<Record<string, VectorOperator>> = {
  exp,
  exp_below: expBelow,
  exp2,
  log,
  log2,
  high,
  sign,
  asin,
  acos,
  atan,
};
const ofTwo: Readonly<Record<string, PairOperator>> = { sin: sinOfTwo, cos: cosOfTwo, tan: tanOfTwo };

/** Functions of four values, and the functions of two that they call, which come first. */
export function operatorFunctions(): { readonly name: string; readonly text: string }[] {
  return [
    ...Object.entries(ofTwo).flatMap(([name, operator]) => [
      { name: `${name}_of_two`, text: functionText(`${name}_of_two`, operator) },
      { name, text: functionText(name, (_, x) => twiceTwo(`$${name}_of_two`, x)) },
    ]),
    ...Object.entries(operators).map(([name, operator]) => ({ name, text: functionText(name, operator) })),
  ];
}

function functionText(name: string, operator: VectorOperator): string {
  const locals: string[] = [];
  const before: Wat[] = [];
  const splat = (type: string, value: number): Wat => [
    `${type}.splat`,
    [`${type === "f32x4" ? "f32" : type === "f64x2" ? "f64" : "i32"}.const`, numberText(value)],
  ];
  const writer: Writer = {
    f32: (value) => splat("f32x4", Math.fround(value)),
    i32: (value) => splat("i32x4", value),
    f64: (value) => splat("f64x2", value),
    keep: (wanted, value) => {
      const taken = locals.filter((one) => one.replace(/_\d+$/, "") === wanted).length;
      const local = taken === 0 ? wanted : `${wanted}_${taken}`;
      locals.push(local);
      before.push(["local.set", `$${local}`, value]);
      return ["local.get", `$${local}`];
    },
  };
  const result = operator(writer, ["local.get", "$x"]);
  const declared = locals.map((one): Wat => ["local", `$${one}`, "v128"]);
  const head: Wat[] = ["func", `$${name}`, ["param", "$x", "v128"], ["result", "v128"]];
  return printWat([[...head, ...declared, ...before, result]], "  ");
}

export function numberText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

/** The two halves one after the other. */
function twiceTwo(name: string, x: Wat): Wat {
  const bytes = (first: number): string[] => Array.from({ length: 8 }, (_, i) => String(first + i));
  const high: Wat = ["i8x16.shuffle", ...bytes(8), ...bytes(8), x, x];
  const half = (one: Wat): Wat => [
    "f32x4.demote_f64x2_zero",
    ["call", name, ["f64x2.promote_low_f32x4", one]],
  ];
  return ["i8x16.shuffle", ...bytes(0), ...bytes(16), half(x), half(high)];
}

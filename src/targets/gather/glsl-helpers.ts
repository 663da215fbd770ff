/** Functions that emitted GLSL calls and GLSL ES 3.00 does not have. */
import { everyExprOf, type GatherKernel } from "../../kernels/gather/lower-gather.ts";
import type { Expr } from "../../kernels/ir/ir.ts";

const helpers: readonly { readonly name: string; readonly text: string }[] = [
  {
    name: "larger",
    text: `// A NaN stays a NaN, which max does not promise. Told by its bits: a compiler may take a != a for false.
float larger(float a, float b) {
  return a > b || (floatBitsToUint(a) & 0x7fffffffu) > 0x7f800000u ? a : b;
}
`,
  },
  {
    name: "smaller",
    text: `// A NaN stays a NaN, which min does not promise. Told by its bits: a compiler may take a != a for false.
float smaller(float a, float b) {
  return a < b || (floatBitsToUint(a) & 0x7fffffffu) > 0x7f800000u ? a : b;
}
`,
  },
];

export const glslHelperNames: readonly string[] = helpers.map((one) => one.name);

/** GLSL's own may return either operand where one is NaN. */
const propagating: Readonly<Partial<Record<string, string>>> = { max: "larger", min: "smaller" };

/** The helper that an expression is printed as a call of; undefined where GLSL has its own word. */
export function glslHelperOf(expr: Expr): string | undefined {
  return expr.kind === "binary" && expr.type === "f32" ? propagating[expr.op] : undefined;
}

/** The declarations of the helpers that a kernel calls. */
export function glslHelpersOf(kernel: GatherKernel): string[] {
  const called = new Set([...everyExprOf(kernel)].map(glslHelperOf));
  return helpers.filter(({ name }) => called.has(name)).map(({ text }) => text);
}

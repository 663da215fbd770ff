/** Functions that emitted WGSL calls and WGSL does not have. A module declares those that it calls. */
import type { Expr, Stmt } from "../../kernels/ir/ir.ts";
import { everyExprIn } from "../../kernels/ir/visit.ts";

const nanBits = (name: string): string => `(bitcast<u32>(${name}) & 0x7fffffffu) > 0x7f800000u`;
const nanBits4 = (name: string): string =>
  `((bitcast<vec4u>(${name}) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u))`;

interface Helper {
  readonly name: string;
  readonly text: string;
  /** The helper that this one calls. */
  readonly calls?: string;
}

/** Each stands behind the one that it calls. */
const helpers: readonly Helper[] = [
  {
    name: "non_finite",
    text: `// WGSL has no literal for an infinity or NaN, and refuses constant expressions that make one.
fn non_finite(bits: u32) -> f32 {
  return bitcast<f32>(bits);
}`,
  },
  {
    name: "larger",
    text: `// A NaN stays a NaN, which WGSL's max does not promise. Told by its bits: Dawn's a != a is false for a NaN.
fn larger(a: f32, b: f32) -> f32 {
  return select(b, a, a > b || ${nanBits("a")});
}`,
  },
  {
    name: "smaller",
    text: `// A NaN stays a NaN, which WGSL's min does not promise. Told by its bits: Dawn's a != a is false for a NaN.
fn smaller(a: f32, b: f32) -> f32 {
  return select(b, a, a < b || ${nanBits("a")});
}`,
  },
  {
    name: "larger4",
    text: `fn larger4(a: vec4f, b: vec4f) -> vec4f {
  return select(b, a, (a > b) | ${nanBits4("a")});
}`,
  },
  {
    name: "smaller4",
    text: `fn smaller4(a: vec4f, b: vec4f) -> vec4f {
  return select(b, a, (a < b) | ${nanBits4("a")});
}`,
  },
  {
    name: "fold_add",
    text: `fn fold_add(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}`,
  },
  {
    name: "fold_max",
    calls: "larger",
    text: `fn fold_max(v: vec4f) -> f32 {
  return larger(larger(v.x, v.y), larger(v.z, v.w));
}`,
  },
  {
    name: "fold_min",
    calls: "smaller",
    text: `fn fold_min(v: vec4f) -> f32 {
  return smaller(smaller(v.x, v.y), smaller(v.z, v.w));
}`,
  },
];

export const helperNames: readonly string[] = helpers.map((one) => one.name);

/** WGSL's own may return either operand where one is NaN: a wrong number without a word. */
const propagating: Readonly<Partial<Record<string, string>>> = { max: "larger", min: "smaller" };

/** The helper that an expression is printed as a call of; undefined where WGSL has its own word. */
export function helperOf(expr: Expr): string | undefined {
  switch (expr.kind) {
    case "const":
      return expr.type === "f32" && !Number.isFinite(Math.fround(expr.value)) ? "non_finite" : undefined;
    case "fold":
      return `fold_${expr.op}`;
    case "binary": {
      const name = expr.type === "u32" ? undefined : propagating[expr.op];
      return name && (expr.type === "f32x4" ? `${name}4` : name);
    }
    default:
      return undefined;
  }
}

/** The declarations of the helpers that a body calls, and of those that they call. */
export function helpersOf(body: readonly Stmt[]): string[] {
  const called = new Set([...everyExprIn(body)].map(helperOf));
  for (const { name, calls } of helpers) if (called.has(name)) called.add(calls);
  return helpers.filter(({ name }) => called.has(name)).map(({ text }) => text);
}

/** Functions that emitted WGSL calls and that WGSL lacks. A module declares those that it calls. */
import type { Helper } from "../text/helpers-of.ts";

const nanBits = (name: string): string => `(bitcast<u32>(${name}) & 0x7fffffffu) > 0x7f800000u`;
const nanBits4 = (name: string): string =>
  `((bitcast<vec4u>(${name}) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u))`;

/** SwiftShader's exp of a NaN is infinite. */
function expHelpers(op: string): Helper[] {
  return [
    {
      name: `${op}_of`,
      text: `// A NaN stays a NaN, which WGSL's ${op} does not promise.
fn ${op}_of(a: f32) -> f32 {
  return select(${op}(a), a, ${nanBits("a")});
}`,
    },
    {
      name: `${op}_of4`,
      text: `fn ${op}_of4(a: vec4f) -> vec4f {
  return select(${op}(a), a, ${nanBits4("a")});
}`,
    },
  ];
}

/** SwiftShader's log makes a number of a NaN, of 0 and of −∞. A root is NaN for the first and the last. */
function logHelpers(op: string): Helper[] {
  return [
    {
      name: `${op}_of`,
      text: `// -inf of 0, and NaN of a NaN and below 0, which WGSL's ${op} does not promise.
fn ${op}_of(a: f32) -> f32 {
  let edge = select(sqrt(a), non_finite(0xff800000u), a == 0.0f);
  return select(${op}(a), edge, a <= 0.0f || ${nanBits("a")});
}`,
    },
    {
      name: `${op}_of4`,
      text: `fn ${op}_of4(a: vec4f) -> vec4f {
  let edge = select(sqrt(a), vec4f(non_finite(0xff800000u)), a == vec4f());
  return select(${op}(a), edge, (a <= vec4f()) | ${nanBits4("a")});
}`,
    },
  ];
}

export const wgslHelpers: readonly Helper[] = [
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
    name: "or_zero4",
    text: `// By bits: SwiftShader takes half as long as for a select.
fn or_zero4(a: vec4f, own: bool) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(a) & vec4u(select(0u, 0xffffffffu, own)));
}`,
  },
  {
    name: "peak_of",
    text: `// The larger of two absolute values. The bits of a NaN are larger than those of a number.
fn peak_of(a: f32, b: f32) -> f32 {
  return bitcast<f32>(max(bitcast<i32>(a), bitcast<i32>(b)));
}`,
  },
  {
    name: "peak_of4",
    text: `fn peak_of4(a: vec4f, b: vec4f) -> vec4f {
  return bitcast<vec4f>(max(bitcast<vec4i>(a), bitcast<vec4i>(b)));
}`,
  },
  ...["exp", "exp2"].flatMap(expHelpers),
  ...["log", "log2"].flatMap(logHelpers),
  {
    name: "high_part",
    text: `// The first 18 bits. By bits, since a compiler may fold (a * c) - (a * c - a).
fn high_part(a: f32) -> f32 {
  let bits = bitcast<u32>(a);
  return bitcast<f32>(select((bits + 0x20u) & 0xffffffc0u, bits, (bits & 0x7f800000u) == 0x7f800000u));
}`,
  },
  {
    name: "high_part4",
    text: `fn high_part4(a: vec4f) -> vec4f {
  return vec4f(high_part(a.x), high_part(a.y), high_part(a.z), high_part(a.w));
}`,
  },
  {
    name: "running_add",
    text: `fn running_add(v: vec4f) -> vec4f {
  let two = v.x + v.y;
  return vec4f(v.x, two, two + v.z, two + (v.z + v.w));
}`,
  },
  {
    name: "running_max",
    text: `fn running_max(v: vec4f) -> vec4f {
  let two = larger(v.x, v.y);
  let three = larger(two, v.z);
  return vec4f(v.x, two, three, larger(three, v.w));
}`,
  },
  {
    name: "running_min",
    text: `fn running_min(v: vec4f) -> vec4f {
  let two = smaller(v.x, v.y);
  let three = smaller(two, v.z);
  return vec4f(v.x, two, three, smaller(three, v.w));
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
    text: `fn fold_max(v: vec4f) -> f32 {
  return larger(larger(v.x, v.y), larger(v.z, v.w));
}`,
  },
  {
    name: "fold_peak",
    text: `fn fold_peak(v: vec4f) -> f32 {
  return peak_of(peak_of(v.x, v.y), peak_of(v.z, v.w));
}`,
  },
  {
    name: "fold_min",
    text: `fn fold_min(v: vec4f) -> f32 {
  return smaller(smaller(v.x, v.y), smaller(v.z, v.w));
}`,
  },
];

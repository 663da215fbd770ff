/** Functions that emitted GLSL calls and that GLSL ES 3.00 lacks. */
import type { Helper } from "../text/helpers-of.ts";

export const glslHelpers: readonly Helper[] = [
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
  {
    name: "high_part",
    text: `// The first 18 bits. By bits, since a compiler may fold (a * c) - (a * c - a).
float high_part(float a) {
  uint bits = floatBitsToUint(a);
  return uintBitsToFloat((bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x20u) & 0xffffffc0u);
}
`,
  },
  ...["exp", "exp2"].map(
    (op): Helper => ({
      name: `${op}_of`,
      text: `// A NaN stays a NaN, which GLSL's ${op} does not promise.
float ${op}_of(float a) {
  return (floatBitsToUint(a) & 0x7fffffffu) > 0x7f800000u ? a : ${op}(a);
}
`,
    }),
  ),
  ...["log", "log2"].map(
    (op): Helper => ({
      name: `${op}_of`,
      text: `// -inf of 0, and NaN of a NaN and below 0, which GLSL's ${op} does not promise.
float ${op}_of(float a) {
  if (a == 0.0) return uintBitsToFloat(0xff800000u);
  return a < 0.0 || (floatBitsToUint(a) & 0x7fffffffu) > 0x7f800000u ? sqrt(a) : ${op}(a);
}
`,
    }),
  ),
];

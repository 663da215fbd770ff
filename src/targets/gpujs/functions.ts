/** Functions that the JavaScript for gpu.js calls and that JavaScript lacks. */
import { everyExprOf, type GatherKernel } from "../../kernels/gather/lower-gather.ts";

/** Math.round rounds half up. */
const roundEven = `function round_even(x) {
  const floor = Math.floor(x);
  const rest = x - floor;
  const even = Math.floor(x / 2 + 0.5) * 2;
  return rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : even;
}`;

/** The first 18 bits of an f32 (Veltkamp 1968). What is not finite, or too large to be multiplied, stays as it is. */
const highPart = `function high_part(x) {
  const large = Math.fround(x * 65);
  const rest = Math.fround(large - x);
  const high = Math.fround(large - rest);
  return Math.abs(x) < 1e+36 ? high : x;
}`;

export function functionsOf(kernel: GatherKernel): string[] {
  const calls = new Set([...everyExprOf(kernel)].flatMap((one) => (one.kind === "call" ? [one.op] : [])));
  return [...(calls.has("round") ? [roundEven] : []), ...(calls.has("high") ? [highPart] : [])];
}

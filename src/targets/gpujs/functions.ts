/** Functions that the JavaScript for gpu.js calls and that JavaScript lacks. */
import { everyExprOf, type GatherKernel } from "../../kernels/gather/lower-gather.ts";

/** Math.round rounds half up. */
const roundEven = `function round_even(x) {
  const floor = Math.floor(x);
  const rest = x - floor;
  const even = Math.floor(x / 2 + 0.5) * 2;
  return rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : even;
}`;

export function functionsOf(kernel: GatherKernel): string[] {
  return [...everyExprOf(kernel)].some((one) => one.kind === "call" && one.op === "round") ? [roundEven] : [];
}

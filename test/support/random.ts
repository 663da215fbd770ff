/** Pseudo-random numbers by seed, so that a failing test can be repeated. */

import { uniform } from "../../src/tuning/measure/uniform.ts";

export { uniform };

/** Normally distributed f32 values (Box-Muller). */
export function normals(seed: number, count: number, mean = 0, deviation = 1): Float32Array {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * next());
  });
}

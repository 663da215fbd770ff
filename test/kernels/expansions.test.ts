/** Operators that GPUs lack or get wrong, as their expansions compute them in f32, against float64. */
import { afterAll, describe, expect, it } from "vitest";
import {
  type ExpandedOperator,
  isNative,
  type Operator,
  operators,
} from "../../src/graph/operators/operators.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { checkText } from "../support/library.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

/** Very small ones, those beside the places where an expansion changes from a series to a formula, and large ones. */
const positive = [1e-30, 1e-6, 1e-3, 0.1, 0.29, 0.31, 0.49, 0.51, 0.9, 1, 1.5, 2, 3.7, 5.5, 9, 20];
const anywhere = [...positive, ...positive.map((one) => -one)];
const bases = anywhere.filter((one) => Math.abs(one) >= 0.1 && Math.abs(one) < 10);
const exponents = [-3, -1, -0.5, 0, 0.5, 1, 2, 3, 5];

/** The operands where the usual ones will not do. WGSL promises no infinities, so there are no poles among them. */
const points: Partial<Readonly<Record<ExpandedOperator, readonly (readonly number[])[]>>> = {
  log1p: [[0, ...anywhere, -0.999].filter((one) => one > -1)],
  // Bounds on both sides of the value, at it, and the wrong way round.
  clamp: [
    [-2, -1, 0, 1, 2, 0, 2],
    [-1, -1, -1, -1, -1, 1, 1],
    [1, 1, 1, 1, 1, -1, -1],
  ],
  with_gradient_of: [
    [1, -2, 3],
    [4, 5, 6],
  ],
  pow: [bases.flatMap((one) => exponents.map(() => one)), bases.flatMap(() => exponents)],
};

const expanded = (Object.keys(operators) as Operator[]).filter(
  (one): one is ExpandedOperator => !isNative(one),
);

describe.each(devices)("on $name", ({ device }) => {
  it.each(expanded)("%s", async (op) => {
    const values = (points[op] ?? [[0, ...anywhere]]).map((list) => Float32Array.from(list));
    const names = ["a", "b", "c"].slice(0, operators[op].arity);
    const inputs = names.map((name) => `${name}[N]`).join(", ");
    const [{ graphs }] = checkText({
      path: "alone.norm",
      text: `norm A {\n axes N\n input ${inputs}\n y = ${op}(${names.join(", ")})\n output y\n}\n`,
    });
    const dims = Object.fromEntries(names.map((name, i) => [name, [values[i].length]]));
    const norm = await createNorm(device, programOf(graphs[0]), { dims });
    const { y } = await norm.run(Object.fromEntries(names.map((name, i) => [name, values[i]])));
    norm.destroy();
    for (const [i, a] of values[0].entries()) {
      const b = values[1]?.[i] ?? 0;
      const c = values[2]?.[i] ?? 0;
      const want = operators[op].f64(a, b, c);
      const at = `${op} of ${[a, b, c].slice(0, names.length).join(", ")}`;
      if (want === 0 || Number.isNaN(want)) {
        expect(y[i] + 0, at).toBe(want + 0);
        continue;
      }
      // Relative to the value: near zero it keeps its digits. WGSL lets exp(20) be off by 43 units in the last place, and a
      // logarithm between 1/2 and 2 by 2^-21.
      expect(Math.abs(y[i] - want) / Math.abs(want), `${at}: ${y[i]}, not ${want}`).toBeLessThan(1e-5);
    }
  });
});

/** Each function of the prelude against its formula, written here once more in JavaScript. */
import { expect, test } from "vitest";
import { erf } from "../../src/graph/operators/f64.ts";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import { prelude } from "../../src/language/check/modules/prelude.ts";
import { graphIn } from "./files.ts";

const sigmoid = (v: number): number => Math.exp(v) / (1 + Math.exp(v));
const middle = (...three: number[]): number => three.sort((a, b) => a - b)[1];
const softplus = (v: number): number => Math.log(1 + Math.exp(v));
/** The integral of the density, by Simpson's rule: no erf. */
function normal(v: number): number {
  const steps = 2000;
  const h = v / steps;
  const density = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(v);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * density(i * h);
  return 0.5 + (sum * h) / 3;
}

const formulas: Readonly<Record<string, (...args: number[]) => number>> = {
  square: (v) => v ** 2,
  stop_gradient: (v) => v,
  lerp: (a, b, t) => (1 - t) * a + t * b,
  relu: (v) => (v + Math.abs(v)) / 2,
  relu6: (v) => middle(0, v, 6),
  leaky_relu: (v, slope) => (v >= 0 ? v : slope * v),
  elu: (v, alpha) => (v >= 0 ? v : alpha * (Math.exp(v) - 1)),
  selu: (v) => 1.0507009873554805 * (v >= 0 ? v : 1.6732632423543772 * (Math.exp(v) - 1)),
  celu: (v, alpha) => (v >= 0 ? v : alpha * (Math.exp(v / alpha) - 1)),
  sigmoid,
  silu: (v) => v * sigmoid(v),
  gelu: (v) => v * normal(v),
  gelu_tanh: (v) => (v / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
  softplus,
  softsign: (v) => (v < 0 ? v / (1 - v) : v / (1 + v)),
  mish: (v) => v * Math.tanh(softplus(v)),
  hardsigmoid: (v) => (v <= -3 ? 0 : v >= 3 ? 1 : (v + 3) / 6),
  hardswish: (v) => (v <= -3 ? 0 : v >= 3 ? v : (v * (v + 3)) / 6),
  hardtanh: (v) => (Math.abs(v + 1) - Math.abs(v - 1)) / 2,
};

/** Functions of several operands have the same for the others throughout. */
const others: Readonly<Record<string, readonly number[]>> = {
  lerp: [4, 0.3],
  leaky_relu: [0.01],
  elu: [1.3],
  celu: [0.7],
};

const points = [-20, -7, -3, -2.5, -1, -0.6, -0.01, 0, 0.02, 0.5, 1, 2, 3, 5.5, 6.5, 20];

test("every function of the prelude has a formula here", () => {
  const defined = [...prelude.matchAll(/^fn (\w+)/gm)].map(([, name]) => name);
  expect(Object.keys(formulas).sort()).toEqual(defined.sort());
});

test.each(Object.keys(formulas))("%s", (name) => {
  const rest = others[name] ?? [];
  const call = [name, "(", ["x", ...rest.map(String)].join(", "), ")"].join("");
  const graph = graphIn(`norm A { axes N input x[N] y = ${call} output y }`);
  const y = interpret(graph, {
    extents: new Map([["N", points.length]]),
    params: new Map(),
    tensors: new Map([["x", points]]),
  }).get("y");
  for (const [i, v] of points.entries()) {
    const expected = formulas[name](v, ...rest);
    const scale = Math.max(1, Math.abs(expected));
    expect(Math.abs((y?.[i] ?? Number.NaN) - expected) / scale, `${name}(${v})`).toBeLessThan(2e-7);
  }
});

test("erf is the integral that it stands for", () => {
  for (const v of points) expect(Math.abs(erf(v / Math.sqrt(2)) - (2 * normal(v) - 1))).toBeLessThan(1e-9);
});

/** The derivative of every operator, reduction and function of the prelude by itself, against central differences. */
import { describe, expect, it, test } from "vitest";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import { type Operator, operators } from "../../src/graph/operators/operators.ts";
import { interpret } from "../../src/graph/oracle/interpret.ts";
import { createBuilder } from "../../src/graph/tensor/builder.ts";
import type { Graph, GraphTensor, Node } from "../../src/graph/tensor/graph.ts";
import { reductions } from "../../src/language/check/expressions/reductions.ts";
import { prelude } from "../../src/language/check/modules/prelude.ts";
import { slope } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";

const names = ["a", "b", "c"];

/** An operator applied to as many inputs as it takes. */
function alone(op: Operator): Graph {
  const g = createBuilder(["N"]);
  const own = names.slice(0, operators[op].arity);
  return graphOf(own, g.map(op, ...own.map((name) => g.input(name, ["N"]))));
}

function graphOf(inputs: readonly string[], value: Node): Graph {
  const tensor = (name: string, role: GraphTensor["role"]): GraphTensor => ({
    name,
    role,
    dims: ["N"],
    factors: ["N"],
  });
  return {
    norm: "Alone",
    mode: null,
    axes: [{ name: "N", variadic: false, factors: [{ name: "N", extent: null }] }],
    factors: ["N"],
    params: [],
    tensors: [...inputs.map((name) => tensor(name, "input")), tensor("y", "output")],
    results: [{ tensor: "y", value }],
  };
}

type Tensors = Readonly<Record<string, readonly number[]>>;

function run(graph: Graph, tensors: Tensors): Map<string, Float64Array> {
  const length = Object.values(tensors)[0].length;
  return interpret(graph, {
    extents: new Map([["N", length]]),
    params: new Map(),
    tensors: new Map(Object.entries(tensors)),
  });
}

/** The gradients of Σ d_y·y by each input, with the cotangents 1, 2, … */
function expectSlopes(graph: Graph, tensors: Tensors): void {
  const inputs = graph.tensors.filter((one) => one.role === "input").map((one) => one.name);
  const length = tensors[inputs[0]].length;
  const weights = Array.from({ length }, (_, i) => i + 1);
  const gradients = run(differentiate(graph), { ...tensors, d_y: weights });
  for (const name of inputs) {
    for (let i = 0; i < length; i++) {
      const want = slope((shift) => {
        const moved = tensors[name].map((value, j) => (j === i ? value + shift : value));
        const y = run(graph, { ...tensors, [name]: moved }).get("y") ?? [];
        return weights.reduce((sum, weight, j) => sum + weight * y[j], 0);
      });
      const got = gradients.get(`d_${name}`)?.[i] ?? Number.NaN;
      const point = inputs.map((one) => tensors[one][i]).join(", ");
      // The differences have twelve digits or so, fewer where the third derivative is large (tan near its pole).
      expect(
        Math.abs(got - want) / Math.max(1, Math.abs(want)),
        `d_${name} at ${point}: ${got}, not ${want}`,
      ).toBeLessThan(1e-8);
    }
  }
}

/** Points inside the domain and off every kink; a second and third operand where there is one. */
const anywhere = [-3.3, -1.7, -0.4, 0.3, 0.9, 2.6];
const positive = [0.1, 0.4, 0.9, 1.3, 2.6, 7.1];
const within = [-0.95, -0.5, -0.1, 0.2, 0.6, 0.9];
const points: Partial<Readonly<Record<Operator, readonly (readonly number[])[]>>> = {
  div: [anywhere, [0.7, -1.3, 2.2, -0.2, 1.9, 3.1]],
  where: [[0, 1, 0, 1, 1, 0], anywhere, [5, 4, 3, 2, 1, 0.5]],
  // Below, inside and above; the last two have their bounds the wrong way round.
  clamp: [anywhere, [-3, -2, -0.5, -0.2, 3, 1.7], [1, 1, 1, 0.2, 0.5, 0.7]],
  log: [positive],
  log2: [positive],
  sqrt: [positive],
  rsqrt: [positive],
  asin: [within],
  acos: [within],
  tan: [within],
  log1p: [[-0.9, -0.4, 0.1, 0.9, 3.3, 20]],
  pow: [positive, [2, -1.5, 0.5, 3.3, 0.2, 1]],
};
const defaults = [anywhere, [0.7, -1.3, 2.2, -0.2, 1.9, 3.1], [1, 2, 3, 4, 5, 6]];

describe("operators", () => {
  it.each(Object.keys(operators) as Operator[])("%s", (op) => {
    const values = points[op] ?? defaults.slice(0, operators[op].arity);
    // A condition is no number that could be moved a little: `lt` and the like have no slope, nor has it.
    const graph = alone(op);
    const tensors = Object.fromEntries(values.map((list, i) => [names[i], list]));
    if (op !== "where" && op !== "with_gradient_of") return expectSlopes(graph, tensors);
    const gradients = run(differentiate(graph), { ...tensors, d_y: [1, 2, 3, 4, 5, 6] });
    if (op === "with_gradient_of") {
      expect([...(gradients.get("d_a") ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
      expect([...(gradients.get("d_b") ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
      return;
    }
    expect([...(gradients.get("d_a") ?? [])]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...(gradients.get("d_b") ?? [])]).toEqual([0, 2, 0, 4, 5, 0]);
    expect([...(gradients.get("d_c") ?? [])]).toEqual([1, 0, 3, 0, 0, 6]);
  });

  it("the square of a node with itself", () => {
    const g = createBuilder(["N"]);
    const a = g.input("a", ["N"]);
    for (const op of ["add", "sub", "mul", "div", "pow"] as const) {
      expectSlopes(graphOf(["a"], g.map(op, a, a)), { a: positive.slice(1, 5) });
    }
  });
});

/** Operands after the first. */
const others: Readonly<Record<string, readonly number[]>> = {
  lerp: [4, 0.3],
  leaky_relu: [0.01],
  elu: [1.3],
  celu: [0.7],
};

describe("functions of the prelude", () => {
  const defined = [...prelude.matchAll(/^fn (\w+)/gm)].map(([, name]) => name);
  it.each(defined)("%s", (name) => {
    const call = `${name}(${["x", ...(others[name] ?? [])].join(", ")})`;
    const [{ graphs }] = checkText({
      path: "alone.norm",
      text: `norm A {\n axes N\n input x[N]\n y = ${call}\n output y\n}\n`,
    });
    if (name === "stop_gradient") {
      const gradients = run(differentiate(graphs[0]), { x: [-2, 0, 3], d_y: [1, 2, 3] });
      expect([...(gradients.get("d_x") ?? [])]).toEqual([0, 0, 0]);
      return;
    }
    expectSlopes(graphs[0], { x: [-20, -7, -3.5, -2.2, -0.6, -0.01, 0.02, 0.5, 1.2, 2.7, 5.5, 6.5, 20] });
  });
});

/** y[N, D] is made of a reduction over D; every element of x by itself. */
function rows(body: string, x: readonly (readonly number[])[], weights: readonly number[]): number[] {
  const [{ graphs }] = checkText({
    path: "rows.norm",
    text: `norm A {\n axes N, D\n input x[N, D]\n y = ${body}\n output y[N]\n}\n`,
  });
  const gradients = interpret(differentiate(graphs[0]), {
    extents: new Map([
      ["N", x.length],
      ["D", x[0].length],
    ]),
    params: new Map(),
    tensors: new Map([
      ["x", x.flat()],
      ["d_y", weights],
    ]),
  });
  return [...(gradients.get("d_x") ?? [])];
}

describe("reductions", () => {
  it.each(Object.keys(reductions))("%s", (name) => {
    const x = [
      [0.3, -1.2, 2.1],
      [4, 0.7, -0.2],
    ];
    const value = (list: readonly number[]): number => {
      const [{ graphs }] = checkText({
        path: "row.norm",
        text: `norm A {\n axes N, D\n input x[N, D]\n y = ${name}(x over D)\n output y[N]\n}\n`,
      });
      const extents = new Map([
        ["N", 2],
        ["D", 3],
      ]);
      const y = interpret(graphs[0], { extents, params: new Map(), tensors: new Map([["x", list]]) }).get(
        "y",
      );
      return 2 * (y?.[0] ?? 0) - 3 * (y?.[1] ?? 0);
    };
    const got = rows(`${name}(x over D)`, x, [2, -3]);
    for (const [i, one] of got.entries()) {
      const want = slope((shift) => value(x.flat().map((v, j) => (i === j ? v + shift : v))));
      expect(Math.abs(one - want), `${name}, element ${i}: ${one}, not ${want}`).toBeLessThan(1e-9);
    }
  });
});

describe("ties and singularities", () => {
  const at = (body: string, ...x: readonly number[]): number[] => {
    const [{ graphs }] = checkText({
      path: "kink.norm",
      text: `norm A {\n axes N\n input x[N]\n y = ${body}\n output y\n}\n`,
    });
    const gradients = run(differentiate(graphs[0]), { x, d_y: x.map(() => 1) }).get("d_x") ?? [];
    // −0 is 0 here.
    return [...gradients].map((value) => value + 0);
  };

  test("a tie of a maximum or minimum over axes is split, as torch.amax does", () => {
    expect(rows("max(x over D)", [[5, 1, 5, 5]], [3])).toEqual([1, 0, 1, 1]);
    expect(rows("min(x over D)", [[5, 1, 1, 5]], [3])).toEqual([0, 1.5, 1.5, 0]);
  });

  test("a root of zero and a power of zero have no infinite slope", () => {
    expect(at("sqrt(x)", 0, 4)).toEqual([0, 0.25]);
    expect(at("sqrt(sum(x^2 over N))", 0, 0)).toEqual([0, 0]);
    expect(at("x^0", 0, 2)).toEqual([0, 0]);
    expect(at("x^2", 0, 3)).toEqual([0, 6]);
  });

  test("a branch that is not taken gives 0, though it has an infinite slope there", () => {
    expect(at("elu(x, 1)", 1000, -1e4)).toEqual([1, 0]);
    expect(at("where(x > 0, sqrt(x), 0)", -1, 4)).toEqual([0, 0.25]);
    expect(at("where(x > 0, log(x), x)", 0, 2)).toEqual([1, 0.5]);
    expect(at("sigmoid(x)", -1000, 1000)).toEqual([0, 0]);
    expect(at("silu(x)", -1000, 1000)).toEqual([0, 1]);
  });
});

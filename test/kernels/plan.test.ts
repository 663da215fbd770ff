/** What the schedule decides, as data: no kernel is written here. Each decision is stated by hand. */
import { describe, expect, it } from "vitest";
import { compileSaving } from "../../src/compile/compile-backward.ts";
import { valueText } from "../../src/graph/tensor/value-text.ts";
import {
  type PlannedKernel,
  type SplitRow,
  type Structure,
  storedTargets,
} from "../../src/kernels/schedule/plan.ts";
import { verifyPlan } from "../../src/kernels/schedule/verify/verify-plan.ts";
import { checkText } from "../support/library.ts";
import { backwardKernelsOf, kernelsOf, kernelsOfText, planOf } from "../support/plan.ts";

/** Each loop with its axes and what it finds. */
function loopsOf({ row }: PlannedKernel): string[] {
  return row.loops.map(
    ({ kind, over, reductions }) => `${kind} ${over.join(" ")}: ${reductions.map((one) => one.op).join(" ")}`,
  );
}

function keptIn({ structures }: PlannedKernel): string[] {
  return structures.flatMap((one) => one.kept.map(({ value, slot }) => `${slot} ${valueText(value)}`));
}

/** The loops by their places: `part 1` shares the second loop of the row among the parts. */
function stagesOf(split: SplitRow | null): string[] | undefined {
  return split?.stages.map(({ work, handsOn }) => {
    const done = work.map(({ kind }, place) => `${kind} ${place}`);
    const numbers = handsOn?.map(({ node, slot }) => `${node.op} ${slot}`);
    return [...done, numbers === undefined ? "store" : `hand on ${numbers.join(" ")}`].join(", ");
  });
}

const shapes = (structures: readonly Structure[]): string[] =>
  structures.map(({ vector, together, kept }) => `${vector} ${together} ${kept.length}`);

describe("layer norm", () => {
  const [kernel] = kernelsOf("LayerNorm") as [PlannedKernel];

  it("goes over a row once for its statistics and once to store", () => {
    expect(loopsOf(kernel)).toEqual(["reductions D: shift rest scale scaledSpread"]);
    expect(kernel.row.main).toEqual(["D"]);
    expect(kernel.row.elements).toMatchObject([{ over: ["D"], targets: [{ tensor: "y" }], columns: [] }]);
    expect(kernel.row.once).toEqual([]);
  });

  it("has a text for every shape, one four by four, one that keeps x, one with four rows a lane", () => {
    expect(shapes(kernel.structures)).toEqual(["null 1 0", "D 1 0", "D 1 1", "D 4 0"]);
    expect(keptIn(kernel)).toEqual(["0 x"]);
  });

  it("has two stages where its rows are split", () => {
    expect(stagesOf(kernel.split)).toEqual([
      "part 0, hand on shift 0 rest 1 scale 3 scaledSpread 2",
      "merge 0, store",
    ]);
    expect(kernel.split?.slots).toBe(4);
    expect(kernel.split?.stages.map((one) => shapes(one.structures))).toEqual([
      ["null 1 0", "D 1 0"],
      ["null 1 0", "D 1 0"],
    ]);
  });
});

describe("the gradients of layer norm", () => {
  const [main, after] = backwardKernelsOf("LayerNorm") as [PlannedKernel, PlannedKernel];

  it("take a sample of the cotangent without a loop, and find all their sums in one", () => {
    expect(loopsOf(main)).toEqual([
      "samples D: shift shift",
      "reductions D: shift rest scale scaledSpread",
      "reductions D: mean mean mean",
    ]);
  });

  it("keep x and d_y, not d_y * gamma and xhat", () => {
    expect(keptIn(main)).toEqual(["0 x", "1 d_y"]);
  });

  it("add up d_gamma and d_beta over chunks of rows, which are not split", () => {
    expect(main.chunked).toEqual(["N"]);
    expect(main.row.elements.map((one) => one.columns.length)).toEqual([2]);
    expect(main.columns.map((one) => one.factors)).toEqual([
      ["(chunk)", "D"],
      ["(chunk)", "D"],
    ]);
    expect(main.split).toBeNull();
    expect(loopsOf(after)).toEqual(["reductions (chunk): sum sum"]);
    expect(after.row.once.map((one) => one.tensor)).toEqual(["d_gamma", "d_beta"]);
  });
});

describe("group norm", () => {
  it("goes over the channels of a group and the space of each in the order of memory", () => {
    const [kernel] = kernelsOf("GroupNorm") as [PlannedKernel];
    expect(kernel.grid).toEqual(["N", "G"]);
    expect(loopsOf(kernel)).toEqual(["reductions K S: shift rest scale scaledSpread"]);
    expect(kernel.structures[1]?.vector).toBe("S");
  });

  it("has gradients that find the sums of each channel on the way, in one loop over the channels", () => {
    const [main] = backwardKernelsOf("GroupNorm") as [PlannedKernel];
    expect(loopsOf(main)).toEqual([
      "samples K S: shift",
      "samples K: shift",
      "reductions K S: shift rest scale scaledSpread",
      "segments K: sum sum sum",
    ]);
    expect(main.row.loops[3]).toMatchObject({ kind: "segments", inner: ["S"] });
    expect(main.segments.map((one) => one.factors)).toEqual([
      ["N", "G", "K"],
      ["N", "G", "K"],
      ["N", "G", "K"],
    ]);
    expect(stagesOf(main.split)).toEqual([
      "part 0, part 1, part 2, hand on shift 0 shift 3 shift 6 rest 7 scale 9 scaledSpread 8",
      "merge 0, merge 1, merge 2, part 3, hand on sum 10 sum 11 sum 12",
      "merge 0, merge 1, merge 2, merge 3, store",
    ]);
  });
});

it("stores once a row what the gradients of instance norm are made of", () => {
  const [main, after] = backwardKernelsOf("InstanceNorm") as [PlannedKernel, PlannedKernel];
  expect(main.grid).toEqual(["N", "C"]);
  expect(main.row.once.map((one) => one.factors)).toEqual([
    ["N", "C"],
    ["N", "C"],
  ]);
  expect(after.grid).toEqual(["C"]);
  expect(loopsOf(after)).toEqual(["reductions N: sum sum"]);
});

it("gives softmax a stage for its maximum and one for its sum", () => {
  const [kernel] = kernelsOf("Softmax") as [PlannedKernel];
  expect(loopsOf(kernel)).toEqual(["reductions D: max", "reductions D: sum"]);
  expect(stagesOf(kernel.split)).toEqual([
    "part 0, hand on max 0",
    "merge 0, part 1, hand on sum 1",
    "merge 0, merge 1, store",
  ]);
});

it("lets the sum of d_y wait for a loop that reads d_y anyway", () => {
  const [kernel] = backwardKernelsOf("BatchNorm", "train") as [PlannedKernel];
  expect(loopsOf(kernel)).toEqual([
    "samples N S: shift",
    "reductions N S: shift rest scale scaledSpread",
    "reductions N S: sum sum mean sum",
  ]);
  const [sum] = kernel.row.loops[2]!.reductions;
  expect(valueText(sum!)).toBe("sum(d_y over N, S)");
});

it("takes samples in the stage that needs them, and hands them on with its sums", () => {
  const [kernel] = kernelsOf("AddLayerNorm") as [PlannedKernel];
  expect(stagesOf(kernel.split)).toEqual([
    "part 0, part 1, hand on shift 0 shift 3 shift 6 shift 9 rest 10 scale 12 scaledSpread 11",
    "merge 0, merge 1, store",
  ]);
  expect(kernel.split?.slots).toBe(13);
});

it("hands on all moments of a variance, and no two nodes share a number", () => {
  const [kernel] = kernelsOfText(
    "norm OnlyVar {\n  axes N, D\n  input x[N, D]\n  y = x * rsqrt(var(x over D) + 1)\n  output y\n}\n",
  ) as [PlannedKernel];
  expect(loopsOf(kernel)).toEqual(["reductions D: scale scaledSpread"]);
  expect(stagesOf(kernel.split)?.[0]).toBe("part 0, hand on scale 3 scaledSpread 2 shift 0 rest 1");
  const nodes = kernel.split!.stages.flatMap(({ handsOn }) => handsOn?.map((one) => one.node) ?? []);
  expect(new Set(nodes.map((one) => one.id)).size).toBe(4);
});

it("repeats in each part what is short: the softmax over three weights", () => {
  const kernel = kernelsOf("SwitchableNorm").at(-1)!;
  expect(loopsOf(kernel).map((one) => one.split(":")[0])).toEqual([
    "reductions M",
    "reductions S",
    "reductions M",
  ]);
  expect(stagesOf(kernel.split)).toEqual([
    "repeat 0, part 1, hand on shift 0 rest 1 spread 2",
    "repeat 0, merge 1, repeat 2, store",
  ]);
});

it("has no wide text where lanes would exchange numbers of both widths", () => {
  // Rows of N side by side along C, and a mean over C that all of them share.
  const kernel = backwardKernelsOf("GlobalResponseNorm").find((one) => one.name === "d_x")!;
  expect(kernel.grid.at(-1)).toBe("C");
  expect(shapes(kernel.structures)).toEqual(["null 1 0"]);
});

it("keeps a sum of terms as one value, unless the terms are as few", () => {
  const [kernel] = kernelsOfText(
    "norm Sum {\n  axes N, D\n  input a[N, D], b[N, D]\n  h = a + b\n  y = h / max(h over D)\n  output y\n}\n",
  ) as [PlannedKernel];
  expect(keptIn(kernel)).toEqual(["0 a + b"]);
});

it("keeps no comparison that only chooses: no number is made of it", () => {
  const [kernel] = kernelsOfText(
    "norm Choice {\n  axes N, D\n  input x[N, D], g[N, D]\n  m = max(where(g < 0, 0, x) over D)\n  y = where(g < 0, m, x)\n  output y\n}\n",
  ) as [PlannedKernel];
  expect(keptIn(kernel)).toEqual(["0 x"]);
});

it("stores once what two results ask one kernel for", () => {
  const text = `norm Twice {
    axes ...S, N, C
    param eps = 0.01
    input x[...S, N, C], w[N]
    affine gamma[C] = 1
    a = 0.5 * x + standardize(x over C, N; eps)
    b = where(gamma < 0.25, (min(x over ...S) + max(a over ...S, N, C)), standardize(x over N, ...S; eps))
    y = 0.5 * x + b + 0 * (w + gamma)
    output y
  }`;
  const [checked] = checkText({ path: "case.norm", text });
  const made = compileSaving(checked!.graphs[0]!, "stats");
  if ("reason" in made) throw new Error(made.reason);
  for (const kernel of made.backward.plan.kernels) {
    const tensors = storedTargets(kernel).map((one) => one.tensor);
    expect(new Set(tensors).size, kernel.name).toBe(tensors.length);
  }
});

it("takes a sample after the samples that it is made of, over whichever axes", () => {
  const text = `norm Chain {
    axes N, T, ...S, C = G * K
    param eps = 0.01, G = 2
    input x[N, T, ...S, C], w[N, T, ...S]
    affine gamma = 1
    a = 0.5 * x + (var(x over C, ...S) * gamma)
    b = 0.5 * x + max(abs(abs(gamma)), standardize(a over N, ...S, K; eps))
    y = 0.5 * x + (min(standardize(b over K, G; eps), (w * 0.5)) / (1 + abs((gamma - standardize(a over C; eps)))))
    output y
  }`;
  const [checked] = checkText({ path: "case.norm", text });
  const { graph, plan } = planOf(checked!.graphs[0]!);
  expect(() => verifyPlan(graph, plan)).not.toThrow();
});

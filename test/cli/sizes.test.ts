/** `--shape`, `--set` and `--dtype`: extents, parts, params and element types, read together. */
import { describe, expect, test } from "vitest";
import { compileGraph } from "../../src/compile/passes.ts";
import { parseDtype } from "../../src/tools/cli/arguments/dtype-choice.ts";
import { readSizes } from "../../src/tools/cli/arguments/settings.ts";
import { shapesOf } from "../../src/tools/cli/arguments/shape.ts";
import { resolveSpec } from "../../src/tools/cli/arguments/specs.ts";
import { CommandError } from "../../src/tools/cli/terminal/failure.ts";
import { graphIn } from "../check/files.ts";
import { normc } from "./normc.ts";

const parts = `norm Parts {
  axes   N, C = K * P
  param  P = 2, eps = 1e-5
  input  x[N, C]
  affine w[K, P] = 1
  y = standardize(x over P; eps) * w
  output y
}`;

const graphs = {
  GroupNorm: resolveSpec("GroupNorm").norm.graphs[0]!,
  SwitchableNorm: resolveSpec("SwitchableNorm").norm.graphs[0]!,
  Parts: graphIn(parts),
};

function sized(norm: keyof typeof graphs, shape: string, set = ""): Record<string, unknown> {
  const { program } = compileGraph(graphs[norm]);
  const sizes = readSizes({ shape: [shape], set: [set] }, graphs[norm]);
  const { dims, factors } = shapesOf(program, sizes);
  return { x: dims.get("x"), ...Object.fromEntries(factors), ...sizes.params };
}

describe("extents that follow from others", () => {
  test.each([
    ["N=2,C=64,S=8x8,G=8", "", { x: [2, 64, 8, 8], G: 8, K: 8 }],
    ["N=2,C=64,S=8x8", "G=8", { x: [2, 64, 8, 8], G: 8, K: 8 }],
    ["N=2,K=8,S=,G=8", "", { x: [2, 64], G: 8, K: 8 }],
    ["N=2,K=8,S=3", "", { x: [2, 256, 3], G: 32, K: 8 }],
    ["N=2,C=64,K=2,S=3", "", { x: [2, 64, 3], G: 32, K: 2 }],
    ["N=2,C=64,S=3,eps=1e-3", "", { x: [2, 64, 3], eps: 1e-3 }],
    ["N=0,C=64,S=3", "", { x: [0, 64, 3] }],
  ])("GroupNorm --shape %s --set %s", (shape, set, expected) => {
    expect(sized("GroupNorm", shape, set)).toMatchObject(expected);
  });

  test.each([
    ["N=4,C=6", "", { x: [4, 6], K: 3, P: 2 }],
    ["N=4,K=3", "", { x: [4, 6], K: 3, P: 2 }],
    ["N=4,C=6,P=3", "", { x: [4, 6], K: 2, P: 3 }],
    ["N=4,C=6", "P=3", { x: [4, 6], K: 2, P: 3 }],
    ["N=4,K=5,P=3", "", { x: [4, 15], K: 5, P: 3 }],
  ])("a param that is a part: --shape %s --set %s", (shape, set, expected) => {
    expect(sized("Parts", shape, set)).toMatchObject(expected);
  });
});

test.each([
  [
    "GroupNorm",
    "N=2,C=320,K=40,S=8",
    "",
    "K = 40 contradicts C = 320 and G = 32 (the default): K would be 10",
  ],
  ["GroupNorm", "N=2,C=64,K=9,G=8,S=8", "", "K = 9 contradicts C = 64 and G = 8: K would be 8"],
  ["GroupNorm", "N=2,C=320,S=8,G=7", "", "C = 320 (from x) does not divide by G = 7 (from param G)"],
  ["GroupNorm", "N=2,C=64,S=8,G=8", "G=8", "--set: G is given in --shape already"],
  ["GroupNorm", "N=2,C=64,S=8,G=8,G=8", "", "--shape: G is given twice"],
  ["GroupNorm", "N=2,C=64,S=8", "G=8,G=4", "--set: G is given twice"],
  ["GroupNorm", "C=64,S=8", "N=2", "N is an axis of GroupNorm, not a param: write --shape N=2"],
  ["GroupNorm", "N=2,C=64,S=8,g=8", "", "GroupNorm has no axis g: did you mean G?"],
  ["GroupNorm", "N=2,C=64,S=8", "epz=8", "GroupNorm has no param epz: did you mean eps?"],
  ["GroupNorm", "N=2,C=64,S=8,zzzz=8", "", "it has the axes N, C, G, K, S and the params G, eps"],
  ["GroupNorm", "N=2,C=64,S=8,G=8x8", "", "axis G has one extent, given 2"],
  ["GroupNorm", "N=2,C=64,S=8,G=1.5", "", "expected AXIS=EXTENT"],
  ["GroupNorm", "N=2,C=64,S=8,eps=small", "", "expected a number for eps"],
  ["GroupNorm", "N=2,C=64,S=8,G=0", "", "param G is an extent"],
  ["GroupNorm", "N=2,S=8", "", "the extent of axis C is missing"],
  ["SwitchableNorm", "N=2,C=4,S=8,M=4", "", "axis M: expected 3 (from the spec), given 4"],
] as const)("%s --shape %s --set %s is refused", (norm, shape, set, message) => {
  expect(() => sized(norm, shape, set)).toThrow(CommandError);
  expect(() => sized(norm, shape, set)).toThrow(message);
});

test("an element type for all tensors, or for each by name", () => {
  expect(parseDtype("f16")).toBe("f16");
  expect(parseDtype("x=f16, gamma=f32")).toEqual({ x: "f16", gamma: "f32" });
  for (const text of ["", "f64", "x", "x=f64", "x=f16,x=f32", "f16,x=f32"]) {
    expect(() => parseDtype(text)).toThrow(CommandError);
  }
});

test("explain honours --dtype, --mode and parts in --shape", async () => {
  const words = ["explain", "BatchNorm", "--shape", "N=2,C=3,S=4", "--json"];
  const [half, own, train] = await Promise.all([
    normc([...words, "--dtype", "f16"]),
    normc([...words, "--dtype", "x=f16", "--wgsl"]),
    normc([...words, "--mode", "train"]),
  ]);
  // x and y have 24 elements; gamma and beta have 3, and the states of 3 are f32 whatever is asked for.
  expect(JSON.parse(half.out)).toMatchObject({
    dtype: "f16",
    mode: "infer",
    shape: { bytes: 2 * (24 + 24 + 6) + 4 * 6 },
  });
  expect(JSON.parse(own.out)).toMatchObject({
    dtype: { x: "f16" },
    shape: { bytes: 2 * 24 + 4 * (24 + 12) },
  });
  expect(own.out).toContain("unpack2x16float(x[at / 2u]");
  expect(JSON.parse(train.out)).toMatchObject({ mode: "train" });
  const unknown = await normc([...words, "--dtype", "z=f16"]);
  expect(unknown.err).toContain("--dtype: BatchNorm has no tensor z: it has x,");
  expect(unknown.code).toBe(2);
});

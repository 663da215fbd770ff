/** What `normc explain` says of the plan: loops, what is stored, the shaders of a kernel, the stages of a split row. */
import { expect, test } from "vitest";
import { normc } from "./normc.ts";

async function kernelsOf(...words: string[]): Promise<string> {
  const { code, out } = await normc(["explain", ...words]);
  expect(code).toBe(0);
  return out.slice(out.indexOf("Kernels: "));
}

test("the plan of a forward pass", async () => {
  expect(await kernelsOf("Softmax")).toBe(`Kernels: 1, so 1 dispatch
  y
    reads x; writes y
    grid  N; row D
    fuses 7 elementwise operations and 2 reductions
    loop 1 over D: #1 max(x)
    loop 2 over D: #2 sum(exp(x - #1))
    stores over D: y
    shaders
      element by element, for every shape
      four by four along D
      four by four along D, keeping x
      four by four along D, 4 rows a lane
    rows split over workgroups, 3 stages
      1. takes its part of loop 1, hands on 1 number (slot 0)
      2. merges loop 1, takes its part of loop 2, hands on 1 number (slot 1)
      3. merges loops 1, 2, stores
`);
});

test("by-products of a backward pass: columns and segments", async () => {
  const columns = await kernelsOf("LayerNorm", "--grad");
  expect(columns).toContain("loop 1 over D: samples alone, #1 shift(d_y), #2 shift(gamma)");
  expect(columns).toMatch(/and adds up over each chunk of N: sums_\d+_over_N, sums_\d+_over_N/);
  expect(columns).toContain("rows are not split");
  const segments = await kernelsOf("GroupNorm", "--grad");
  expect(segments).toMatch(
    /loop 4 over K: segments #7 scratch_\d+, #8 scratch_\d+, #9 scratch_\d+, #10 sum\(#7\), #11 sum\(.*gamma.*\)/,
  );
});

test("the plan as data", async () => {
  const { out } = await normc(["explain", "LayerNorm", "--json"]);
  const { kernels } = JSON.parse(out) as { readonly kernels: readonly unknown[] };
  const loop = ["shift", "rest", "scale", "scaledSpread"].map((op, i) => ({
    name: `#${i + 1}`,
    op,
    of: "x",
  }));
  const narrowAndWide = [
    { vector: null, together: 1, kept: [] },
    { vector: "D", together: 1, kept: [] },
  ];
  expect(kernels).toMatchObject([
    {
      name: "y",
      loops: [{ kind: "reductions", over: ["D"], reductions: loop, segments: [] }],
      stores: [{ over: ["D"], tensors: ["y"], columns: [] }],
      once: [],
      chunked: [],
      structures: [
        ...narrowAndWide,
        { vector: "D", together: 1, kept: ["x"] },
        { vector: "D", together: 4, kept: [] },
      ],
      split: {
        slots: 4,
        stages: [
          {
            work: [{ kind: "part", loop: 0 }],
            handsOn: [
              { op: "shift", of: "x", slot: 0 },
              { op: "rest", of: "x", slot: 1 },
              { op: "scale", of: "x", slot: 3 },
              { op: "scaledSpread", of: "x", slot: 2 },
            ],
            structures: narrowAndWide,
          },
          { work: [{ kind: "merge", loop: 0 }], handsOn: null, structures: narrowAndWide },
        ],
      },
    },
  ]);
});

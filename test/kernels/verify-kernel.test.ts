/** The verifier of the kernel IR rejects each thing that it forbids: one mutation of a good kernel for every rule. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Expr, Kernel, Stmt } from "../../src/kernels/ir/ir.ts";
import { verifyKernel } from "../../src/kernels/ir/verify-kernel.ts";

const u32 = (value: number): Expr => ({ kind: "const", type: "u32", value });
const f32 = (value: number): Expr => ({ kind: "const", type: "f32", value });
const local = (name: string, type: Expr["type"] = "f32"): Expr => ({ kind: "local", type, name });
const lane: Expr = { kind: "builtin", type: "u32", name: "lane" };
const group: Expr = { kind: "builtin", type: "u32", name: "group" };
const lanes: Expr = { kind: "constant", type: "u32", constant: { kind: "lanes" } };
const less = (a: Expr, b: Expr): Expr => ({ kind: "binary", type: "bool", op: "lt", a, b });
const sum = (a: Expr, b: Expr): Expr => ({ kind: "binary", type: "f32", op: "add", a, b });

const one = { kind: "one" } as const;
const load = (name: string, tensor: string, index: Expr = lane): Stmt => ({
  kind: "load",
  name,
  tensor,
  index,
  access: one,
});
const fixed = (name: string, value: Expr): Stmt => ({ kind: "let", name, value });
const store = (value: Expr, tensor = "y"): Stmt => ({
  kind: "store",
  tensor,
  index: lane,
  value,
  access: one,
});
const assign = (name: string, value: Expr): Stmt => ({ kind: "assign", name, value });
const barrier: Stmt = { kind: "barrier" };
const loop = (start: Expr, end: Expr, body: readonly Stmt[]): Stmt => ({
  kind: "for",
  name: "i",
  start,
  end,
  step: lanes,
  body,
});

/** A row of `x`, added up and exchanged among the lanes, and a `y`. */
const good: readonly Stmt[] = [
  { kind: "var", name: "total", value: f32(0) },
  loop(lane, u32(64), [
    load("v", "x", local("i", "u32")),
    { kind: "keep", slot: 0, step: local("i", "u32"), value: local("v") },
    assign("total", sum(local("total"), local("v"))),
  ]),
  { kind: "storeShared", index: lane, value: local("total") },
  barrier,
  { kind: "double", name: "mask", end: lanes, body: [barrier] },
  { kind: "halve", name: "half", start: lanes, end: u32(1), body: [barrier] },
  { kind: "if", condition: less(group, u32(4)), body: [barrier] },
  { kind: "loadShared", name: "other", index: u32(0) },
  { kind: "exchange", name: "third", value: local("total"), mask: u32(1) },
  { kind: "recall", name: "again", slot: 0, step: u32(0) },
  { kind: "load", name: "wide", tensor: "w", index: lane, access: { kind: "four" } },
  {
    kind: "if",
    condition: less(lane, u32(1)),
    body: [store(sum(local("again"), sum(local("other"), local("third"))))],
  },
];

function kernel(body: readonly Stmt[], tensors: Kernel["tensors"] = bound): Kernel {
  return {
    name: "y",
    structure: { vector: null, together: 1, kept: [] },
    tensors,
    constants: [{ kind: "lanes" }],
    shared: { slots: 1, type: "f32" },
    held: 1,
    exchanges: true,
    inParts: false,
    body,
    grid: ["N"],
    row: ["D"],
  };
}

const bound: Kernel["tensors"] = [
  { name: "x", access: "read", wide: false },
  { name: "w", access: "read", wide: true },
  { name: "y", access: "read_write", wide: false },
];

const select = (condition: Expr): Expr => ({
  kind: "select",
  type: "f32",
  condition,
  a: f32(0),
  b: f32(1),
});

/** The rule as its message says it, names left out; what breaks it; what stands behind the good body, or tensors. */
const broken: readonly (readonly [rule: string, how: string, kernel: Kernel])[] = [
  ["each tensor is bound once", "one twice", kernel(good, [...bound, bound[0]!])],
  ["`…` is defined once", "a let twice", kernel([...good, fixed("a", f32(1)), fixed("a", f32(1))])],
  ["`…` is defined once", "a name of an outer block", kernel([loop(u32(0), u32(4), [load("i", "x")])])],
  [
    "slot … is kept before it is recalled",
    "another slot",
    after({ kind: "recall", name: "r", slot: 1, step: u32(0) }),
  ],
  [
    "`…` is bound by fours",
    "four of a tensor of single elements",
    after({ kind: "load", name: "a", tensor: "x", index: lane, access: { kind: "four" } }),
  ],
  ["`…` is bound", "no such tensor", after(load("a", "z"))],
  ["`…` is a variable", "a let is assigned", after(fixed("a", f32(1)), assign("a", f32(2)))],
  ["`…` is a variable", "no such name", after(assign("a", f32(2)))],
  ["`…` can be written", "a tensor that is only read", after(store(f32(1), "x"))],
  ["`…` can be written", "no such tensor", after(store(f32(1), "z"))],
  [
    "a barrier is reached by all lanes or none",
    "within an if on the lane",
    after({ kind: "if", condition: less(lane, u32(1)), body: [barrier] }),
  ],
  [
    "a barrier is reached by all lanes or none",
    "within a loop from the lane on",
    after(loop(lane, u32(64), [barrier])),
  ],
  [
    "a barrier is reached by all lanes or none",
    "within a doubling up to the lane",
    after({ kind: "double", name: "d", end: lane, body: [barrier] }),
  ],
  [
    "a barrier is reached by all lanes or none",
    "within a halving from the lane on",
    after({ kind: "halve", name: "h", start: lane, end: u32(1), body: [barrier] }),
  ],
  [
    "a barrier is reached by all lanes or none",
    "within an if on a value that was loaded",
    after(load("a", "x"), { kind: "if", condition: less(local("a"), f32(1)), body: [barrier] }),
  ],
  [
    "a barrier is reached by all lanes or none",
    "within an if on a variable",
    after({ kind: "if", condition: less(local("total"), f32(1)), body: [barrier] }),
  ],
  ["`…` is defined before it is used", "no such name", after(store(local("a")))],
  ["`…` is defined before it is used", "a name of an inner block", after(store(local("v")))],
  ["both sides of … have one type", "u32 and f32", after(store(sum(f32(1), lane)))],
  ["a select chooses by a bool", "by an f32", after(store(select(f32(1))))],
  ["a u32 is whole", "a half", after(fixed("a", u32(0.5)))],
  ["a kernel keeps as many values as it says", "one more", { ...kernel(good), held: 2 }],
  ["a u32 is whole", "a negative one", after(fixed("a", u32(-1)))],
];

function after(...statements: readonly Stmt[]): Kernel {
  return kernel([...good, ...statements]);
}

describe("the verifier of kernels", () => {
  it("accepts a good one", () => {
    expect(() => verifyKernel(kernel(good))).not.toThrow();
  });

  it.each(broken)("%s: rejects %s", (rule, _, one) => {
    const [start, end] = rule.split("…") as [string, string?];
    expect(() => verifyKernel(one)).toThrow(`the kernel y: ${start}`);
    if (end !== undefined) expect(() => verifyKernel(one)).toThrow(new RegExp(`${end}$`));
  });

  it("has no rule that is not shown here", () => {
    const text = readFileSync(new URL("../../src/kernels/ir/verify-kernel.ts", import.meta.url), "utf8");
    const rules = [...text.matchAll(/fail\(\s*(["`])(.+?)(?<!\\)\1[,)]/g)].map((match) =>
      match[2]!.replaceAll("\\`", "`").replace(/\$\{.*?\}/, "…"),
    );
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(rules));
  });
});

/** The boundary between the kernel IR and its scalar subset. */
import { describe, expect, it } from "vitest";
import { scalarize } from "../../src/kernels/gather/scalarize.ts";
import { add, builtin, f32, lanes, local, mul, parts, u32, widen } from "../../src/kernels/ir/expr.ts";
import type { Expr, Stmt } from "../../src/kernels/ir/ir.ts";

const let_ = (value: Expr): Stmt => ({ kind: "let", name: "a", value });
const one = { kind: "one" } as const;

describe("one lane takes the whole row", () => {
  it("lanes are one, and the arithmetic with them is done", () => {
    const step: Stmt = {
      kind: "for",
      name: "i",
      start: builtin("lane"),
      end: u32(8),
      step: lanes,
      body: [let_(f32(1))],
    };
    expect(scalarize([step], null)).toEqual([{ ...step, start: u32(0), step: u32(1) }]);
    expect(scalarize([let_(add(mul(local("u32", "k"), lanes), builtin("lane")))], null)).toEqual([
      let_(local("u32", "k")),
    ]);
  });

  it("its part of a row is what it is told, and how many there are is an extent", () => {
    const part = { kind: "local", type: "u32", name: "part" } as const;
    expect(scalarize([let_(builtin("part"))], part)).toEqual([let_(part)]);
    expect(scalarize([let_(builtin("part"))], null)).toEqual([let_(u32(0))]);
    expect(scalarize([let_(parts)], null)).toEqual([
      let_({ kind: "constant", type: "u32", constant: { kind: "extent", factor: "(parts)" } }),
    ]);
  });

  it("there are no lanes to exchange with, and none to wait for", () => {
    const value = local("f32", "sum");
    const exchange: Stmt = { kind: "exchange", name: "other", value, mask: local("u32", "mask") };
    const overLanes: Stmt = { kind: "double", name: "mask", end: lanes, body: [exchange] };
    expect(scalarize([overLanes, { kind: "barrier" }], null)).toEqual([]);
  });

  it.each<[string, Stmt]>([
    ["store", { kind: "store", tensor: "y", index: u32(0), value: f32(1), access: one }],
    ["keep", { kind: "keep", slot: 0, step: u32(0), value: f32(1) }],
    ["loadShared", { kind: "loadShared", name: "a", index: u32(0) }],
    ["four", { kind: "load", name: "a", tensor: "x", index: u32(0), access: { kind: "four" } }],
    ["splat", let_(widen(f32(1)))],
    ["f32x4", let_(local("f32x4", "v"))],
  ])("refuses what is not for one lane: %s", (form, stmt) => {
    expect(() => scalarize([stmt], null)).toThrow(`a single invocation cannot do \`${form}\``);
  });
});

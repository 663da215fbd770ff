/** What is known of the locals of a kernel: where they are defined, and as what. */
import type { Expr } from "../../kernels/ir/ir.ts";
import { operandsOf } from "../../kernels/ir/visit.ts";

/** What is known of the names of locals. */
export interface Names {
  /** The block in which each was defined, but for variables. */
  readonly depths: Map<string, number>;
  /** What it was defined as, if it is a number of elements. */
  readonly values: Map<string, Expr>;
}

/** The block in which an expression is known. Undefined if it depends on variables. */
export function depthOf(names: Names, expr: Expr): number | undefined {
  switch (expr.kind) {
    case "const":
    case "constant":
      return 0;
    case "builtin":
      return 1;
    case "local":
      return names.depths.get(expr.name);
    default: {
      let deepest = 0;
      for (const one of operandsOf(expr)) {
        const depth = depthOf(names, one);
        if (depth === undefined) return undefined;
        deepest = Math.max(deepest, depth);
      }
      return deepest;
    }
  }
}

/** Whether a value is surely the number that it stands for, and not one below 0 modulo 2^32. */
export function isNatural(names: Names, expr: Expr): boolean {
  switch (expr.kind) {
    case "const":
    case "constant":
    case "builtin":
    case "whole":
      return true;
    case "local": {
      const value = names.values.get(expr.name);
      return value !== undefined ? isNatural(names, value) : names.depths.has(expr.name);
    }
    case "binary":
      return expr.op !== "sub" && isNatural(names, expr.a) && isNatural(names, expr.b);
    case "select":
      return isNatural(names, expr.a) && isNatural(names, expr.b);
    default:
      return false;
  }
}

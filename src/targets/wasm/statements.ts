/** Writes statements of the kernel IR as WebAssembly. */

import { add, mul, u32 } from "../../kernels/ir/expr.ts";
import type { Expr, Stmt } from "../../kernels/ir/ir.ts";
import { everyStmt } from "../../kernels/ir/visit.ts";
import type { Wat } from "../text/wat.ts";
import { get, type Locals, set, tee, valueTypes } from "./function-locals.ts";
import { type At, type Element, elementBytes, loadFour, loadOne, storeFour, storeOne } from "./memory.ts";

export interface StatementContext {
  readonly locals: Locals;
  /** Writes an expression. */
  readonly e: (expr: Expr) => Wat;
  /** The local that holds the address of a tensor, and the type of its elements. */
  readonly tensor: (name: string) => { readonly base: string; readonly element: Element };
}

export function statements(context: StatementContext, body: readonly Stmt[]): Wat[] {
  return body.flatMap((one) => statement(context, one));
}

function statement(context: StatementContext, stmt: Stmt): Wat[] {
  const { e, locals } = context;
  switch (stmt.kind) {
    case "let":
    case "var":
    case "assign": {
      const { name, value } = stmt;
      return [set(locals.declare(`local ${name}`, name, valueTypes[value.type]), e(value))];
    }
    case "load":
      return load(stmt);
    case "store":
      return store(stmt);
    case "for":
      return loop(stmt);
    case "if":
      return [["if", e(stmt.condition), ["then", ...statements(context, stmt.body)]]];
    case "loadShared":
    case "storeShared":
    case "keep":
    case "recall":
    case "exchange":
    case "double":
    case "halve":
    case "barrier":
      throw new Error(`a task cannot do \`${stmt.kind}\``);
  }

  function load({ name, tensor, index, access }: Extract<Stmt, { kind: "load" }>): Wat[] {
    const { base, element } = context.tensor(tensor);
    const type = access.kind === "one" ? "f32" : "v128";
    const into = (value: Wat): Wat[] => [set(locals.declare(`local ${name}`, name, type), value)];
    const at = addressOf(base, element);
    switch (access.kind) {
      case "one":
        return into(loadOne(element, at(index)));
      case "four":
        return into(loadFour(element, at(mul(index, u32(4)))));
      case "apart": {
        if (isOne(access.stride)) return into(loadFour(element, at(index)));
        const [first, ...others] = apart(index, access.stride).map((one) => loadOne(element, at(one)));
        return into(
          others.reduce<Wat>(
            (all, one, i) => ["f32x4.replace_lane", String(i + 1), all, one],
            ["f32x4.splat", first!],
          ),
        );
      }
    }
  }

  function store({ tensor, index, value, access }: Extract<Stmt, { kind: "store" }>): Wat[] {
    const { base, element } = context.tensor(tensor);
    const at = addressOf(base, element);
    const temporary = locals.declare("rounded", "rounded", "v128");
    switch (access.kind) {
      case "one":
        return [storeOne(element, at(index), e(value), temporary)];
      case "four":
        return [storeFour(element, at(mul(index, u32(4))), e(value), temporary)];
      case "apart": {
        if (isOne(access.stride)) return [storeFour(element, at(index), e(value), temporary)];
        const four = locals.fresh("four", "v128");
        return apart(index, access.stride).map((one, i) => {
          const whole = i === 0 ? tee(four, e(value)) : get(four);
          return storeOne(element, at(one), ["f32x4.extract_lane", String(i), whole], temporary);
        });
      }
    }
  }

  function addressOf(base: string, element: Element): (index: Expr) => At {
    const size = elementBytes[element];
    return (index) => [["i32.add", get(base), e(mul(index, u32(size)))]];
  }

  function loop({ name, start, end, step, body }: Extract<Stmt, { kind: "for" }>): Wat[] {
    const i = locals.declare(`local ${name}`, name, "i32");
    const label = `$each_${i.slice(1)}`;
    const inside = statements(context, body);
    // Ends are the same in all rounds, as long as nobody assigns what they depend on.
    const last = locals.declare(`end ${name}`, `${name}_end`, "i32");
    const isHeld = end.kind === "const" || end.kind === "constant" || end.kind === "local";
    if (!isHeld && everyStmt(body).some((one) => one.kind === "assign" && mentions(end, one.name)))
      throw new Error(`the end of the loop over \`${name}\` changes`);
    const limit = isHeld ? e(end) : get(last);
    const next = tee(i, ["i32.add", get(i), e(step)]);
    return [
      ...(isHeld ? [] : [set(last, e(end))]),
      [
        "if",
        ["i32.lt_u", tee(i, e(start)), limit],
        ["then", ["loop", label, ...inside, ["br_if", label, ["i32.lt_u", next, limit]]]],
      ],
    ];
  }
}

function mentions(expr: Expr, name: string): boolean {
  return JSON.stringify(expr).includes(`"name":"${name}"`);
}

const isOne = (stride: Expr): boolean => stride.kind === "const" && stride.value === 1;

/** The indices of four elements that lie `stride` apart. */
function apart(index: Expr, stride: Expr): Expr[] {
  return [0, 1, 2, 3].map((i) => add(index, mul(u32(i), stride)));
}

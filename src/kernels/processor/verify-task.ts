/** Checks the rules of a task before it is printed. A violation is a defect of the compiler. */
import { chunkFactor, partsFactor } from "../../program/names.ts";
import type { Access, Expr, Stmt, Type } from "../ir/ir.ts";
import { expressionsOf, operandsOf } from "../ir/visit.ts";
import type { ProcessorKernel, ProcessorStage } from "./processor-kernel.ts";

type Fail = (rule: string) => never;

/** A name in scope: its type, and whether it can be assigned. */
interface Known {
  readonly type: Type;
  readonly isVariable: boolean;
}

/** @param factors those of the graph. */
export function verifyProcessorKernel(kernel: ProcessorKernel, factors: readonly string[]): void {
  const isFactor = new Set([...factors, chunkFactor, partsFactor]);
  for (const { kind, stages } of kernel.schedules) {
    for (const [place, stage] of stages.entries()) {
      const fail: Fail = (rule) => {
        throw new Error(`the kernel ${kernel.name}, ${kind}, stage ${place + 1}: ${rule}`);
      };
      verifyStage(stage, isFactor, fail);
      const isInParts = stage.tasks.some((one) => one.factors.includes(partsFactor));
      if (isInParts && kind === "whole") fail("a task has a whole row");
    }
  }
}

function verifyStage({ body, tasks }: ProcessorStage, isFactor: ReadonlySet<string>, fail: Fail): void {
  const counted = tasks.flatMap((one) => one.factors);
  if (new Set(counted).size !== counted.length) fail("tasks count a factor once");
  for (const one of counted) if (!isFactor.has(one)) fail(`\`${one}\` is a factor`);
  const names = new Map<string, Known>();
  verifyBlock(body);

  function verifyBlock(block: readonly Stmt[], counter?: string): void {
    const own: string[] = [];
    const define = (name: string, type: Type, isVariable: boolean): void => {
      if (names.has(name)) fail(`\`${name}\` is defined once`);
      names.set(name, { type, isVariable });
      own.push(name);
    };
    if (counter !== undefined) define(counter, "u32", false);
    for (const stmt of block) {
      for (const one of expressionsOf(stmt)) verifyExpr(one);
      switch (stmt.kind) {
        case "let":
        case "var":
          define(stmt.name, stmt.value.type, stmt.kind === "var");
          break;
        case "assign": {
          const known = names.get(stmt.name);
          if (known?.isVariable !== true) fail(`\`${stmt.name}\` is a variable`);
          if (known?.type !== stmt.value.type) fail(`\`${stmt.name}\` keeps its type`);
          break;
        }
        case "load":
          define(stmt.name, typeOf(stmt.access), false);
          break;
        case "store":
          if (stmt.value.type !== typeOf(stmt.access)) fail(`\`${stmt.tensor}\` takes what its access says`);
          break;
        case "for":
          verifyBlock(stmt.body, stmt.name);
          break;
        case "if":
          if (stmt.condition.type !== "bool") fail("a branch has a condition");
          verifyBlock(stmt.body);
          break;
        default:
          fail(`one lane has no ${stmt.kind}`);
      }
    }
    for (const one of own) names.delete(one);
  }

  function typeOf({ kind }: Access): Type {
    if (kind === "four") fail("rows need not be multiples of four");
    return kind === "one" ? "f32" : "f32x4";
  }

  function verifyExpr(expr: Expr): void {
    for (const one of operandsOf(expr)) verifyExpr(one);
    switch (expr.kind) {
      case "local":
        if (names.get(expr.name)?.type !== expr.type) fail(`\`${expr.name}\` is known as ${expr.type}`);
        return;
      case "constant":
        if (expr.constant.kind === "param") return;
        if (expr.constant.kind !== "extent") fail(`one lane has no ${expr.constant.kind}`);
        else if (!isFactor.has(expr.constant.factor)) fail(`\`${expr.constant.factor}\` is a factor`);
        return;
      case "builtin":
        if (expr.name !== "group") fail(`a task has no ${expr.name}`);
        return;
      case "overCopies":
        fail("no sum over rows is left");
        return;
      case "binary":
        if (expr.a.type !== expr.b.type) fail(`both sides of ${expr.op} have one type`);
        return;
      default:
    }
  }
}

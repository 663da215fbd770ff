/** Checks the rules of the kernel IR before emission. A violation is a defect of the compiler. */
import type { Expr, Kernel, Stmt } from "./ir.ts";
import { expressionsOf, operandsOf } from "./visit.ts";

/**
 * A name that is assigned; one that is not; and one that is not and whose value is the same for the whole workgroup. Whether a
 * value is the same is found when a loop or a branch depends on it: until then, its expression stands here.
 */
type NameKind = "variable" | "fixed" | "uniform" | Expr;
type Names = Map<string, NameKind>;

export function verifyKernel(kernel: Kernel): void {
  const fail = (rule: string): never => {
    throw new Error(`the kernel ${kernel.name}: ${rule}`);
  };
  const tensors = new Map(kernel.tensors.map((one) => [one.name, one.access]));
  const wide = new Set(kernel.tensors.filter((one) => one.wide).map((one) => one.name));
  if (tensors.size !== kernel.tensors.length) fail("each tensor is bound once");
  const kept = new Set<number>();
  /** The names in scope, and which of them can be assigned. A block removes its own names when it ends. */
  const names: Names = new Map();
  const isUniform = (expr: Expr): boolean => isUniformIn(expr, names);
  /** `counter` is the name of a loop's step. */
  const checkBlock = (body: readonly Stmt[], uniform: boolean, counter?: [string, NameKind]): void => {
    const own: string[] = [];
    const define = (name: string, kind: NameKind): void => {
      if (names.has(name)) fail(`\`${name}\` is defined once`);
      names.set(name, kind);
      own.push(name);
    };
    if (counter !== undefined) define(...counter);
    for (const stmt of body) {
      for (const expr of expressionsOf(stmt)) checkExpr(expr, names, fail);
      switch (stmt.kind) {
        case "let":
          define(stmt.name, stmt.value);
          break;
        case "loadShared":
        case "exchange":
          define(stmt.name, "fixed");
          break;
        case "recall":
          if (!kept.has(stmt.slot)) fail(`slot ${stmt.slot} is kept before it is recalled`);
          define(stmt.name, "fixed");
          break;
        case "keep":
          kept.add(stmt.slot);
          break;
        case "var":
          define(stmt.name, "variable");
          break;
        case "load":
          if (stmt.access.kind === "four" && !wide.has(stmt.tensor))
            fail(`\`${stmt.tensor}\` is bound by fours`);
          if (!tensors.has(stmt.tensor)) fail(`\`${stmt.tensor}\` is bound`);
          define(stmt.name, "fixed");
          break;
        case "assign":
          if (names.get(stmt.name) !== "variable") fail(`\`${stmt.name}\` is a variable`);
          break;
        case "store":
          if (tensors.get(stmt.tensor) !== "read_write") fail(`\`${stmt.tensor}\` can be written`);
          break;
        case "for": {
          const lanesAgree = [stmt.start, stmt.end, stmt.step].every(isUniform);
          const kind = lanesAgree ? "uniform" : "fixed";
          checkBlock(stmt.body, uniform && lanesAgree, [stmt.name, kind]);
          break;
        }
        case "double": {
          const lanesAgree = isUniform(stmt.end);
          checkBlock(stmt.body, uniform && lanesAgree, [stmt.name, lanesAgree ? "uniform" : "fixed"]);
          break;
        }
        case "halve":
          checkBlock(stmt.body, uniform && isUniform(stmt.start), [stmt.name, "fixed"]);
          break;
        case "if":
          checkBlock(stmt.body, uniform && isUniform(stmt.condition));
          break;
        case "barrier":
          if (!uniform) fail("a barrier is reached by all lanes or none");
          break;
        case "storeShared":
          break;
      }
    }
    for (const name of own) names.delete(name);
  };
  checkBlock(kernel.body, true);
  if (kept.size !== kernel.held) fail("a kernel keeps as many values as it says");
}

function checkExpr(expr: Expr, names: Names, fail: (rule: string) => never): void {
  switch (expr.kind) {
    case "local":
      if (!names.has(expr.name)) fail(`\`${expr.name}\` is defined before it is used`);
      return;
    case "const":
      if (expr.type === "u32" && !(Number.isInteger(expr.value) && expr.value >= 0)) fail("a u32 is whole");
      return;
    case "constant":
      return;
    case "binary":
      if (expr.a.type !== expr.b.type) fail(`both sides of ${expr.op} have one type`);
      checkExpr(expr.a, names, fail);
      checkExpr(expr.b, names, fail);
      return;
    case "select":
      if (expr.condition.type !== "bool" && expr.condition.type !== "boolx4")
        fail("a select chooses by a bool");
      break;
    default:
  }
  for (const one of operandsOf(expr)) checkExpr(one, names, fail);
}

/** Whether an expression uses only values that are the same for the whole workgroup. */
function isUniformIn(expr: Expr, names: Names): boolean {
  switch (expr.kind) {
    case "local": {
      const known = names.get(expr.name);
      if (typeof known !== "object") return known === "uniform";
      const uniform = isUniformIn(known, names);
      names.set(expr.name, uniform ? "uniform" : "fixed");
      return uniform;
    }
    case "builtin":
      return expr.name === "group" || expr.name === "part";
    case "binary":
      return isUniformIn(expr.a, names) && isUniformIn(expr.b, names);
    default:
      return operandsOf(expr).every((one) => isUniformIn(one, names));
  }
}

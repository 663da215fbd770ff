/** The loads and stores of a kernel, with the elements that a lane takes. */
import { uses } from "./dependents.ts";
import { atom, type Known, opaque, type Poly, polyOf, scaled, sum, text } from "./index-polynomials.ts";
import type { Access, Expr, Kernel, Stmt } from "./ir.ts";
import { everyStmt, expressionsOf, operandsOf } from "./visit.ts";

/** A statement, and its number in the order of the text. */
export interface Placed {
  readonly stmt: Stmt;
  readonly at: number;
}

export interface Touch extends Placed {
  readonly stmt: Extract<Stmt, { kind: "load" | "store" }>;
  /** The number of the element, or of the first of four. */
  readonly index: Poly;
  readonly access: string;
  /** Whether the element depends on the steps that this lane takes. */
  readonly ofLane: boolean;
  /** The innermost loop of lanes around it. */
  readonly step: Step | undefined;
  /** What was known where a store stands. Undefined for loads, which nobody asks. */
  readonly known: Known | undefined;
}

/** The steps that lanes take in a loop. */
export interface Step {
  readonly name: string;
  /** The number of steps of all lanes together. */
  readonly end: Poly;
  /** The values that are computed in the loop, in order. */
  readonly lets: [name: string, value: Expr][];
}

const ofLanes = "lane's steps";
const factorsOf = (key: string): string[] => key.split(" * ");

export function touchesOf({ body, structure }: Kernel): {
  readonly touches: readonly Touch[];
  readonly all: readonly Placed[];
} {
  const touches: Touch[] = [];
  const all: Placed[] = [];
  const values = new Map<string, Poly>();
  const exprs = new Map<string, Expr>();
  /** What has other values at other times, and the counters of loops of `HELD` rounds. */
  const variables = new Set<string>();
  const rounds = new Set<string>();
  const known: Known = { values, vector: structure.vector };
  const needed = namesOfPlaces(body);
  const of = (expr: Expr): Poly => (uses(expr, variables) ? atom(`{${all.length}}`) : polyOf(expr, known));

  /** The end of a loop for a row that exists: the others compute the first row again and store nothing. */
  function endOf(expr: Expr): Poly {
    const value = expr.kind === "local" ? exprs.get(expr.name) : undefined;
    if (value !== undefined) return endOf(value);
    if (expr.kind === "select") return endOf(expr.a);
    // A block ends where the row does.
    if (expr.kind === "binary" && expr.op === "min" && expr.b.kind === "local") return endOf(expr.b);
    return of(expr);
  }

  function visitLet(
    { name, value }: Extract<Stmt, { kind: "let" }>,
    next: Stmt | undefined,
  ): Step | undefined {
    exprs.set(name, value);
    const poly = of(value);
    values.set(name, poly);
    // In registers: lane + round · lanes, for as many rounds as a lane keeps steps.
    const round = [...poly.keys()].find(
      (key) => factorsOf(key).some((one) => rounds.has(one)) && factorsOf(key).includes("lanes"),
    );
    if (round === undefined || next?.kind !== "if" || next.condition.kind !== "binary") return undefined;
    const end = endOf(next.condition.b);
    const first = sum(poly, new Map([[round, poly.get(round)!]]), -1);
    values.set(name, opaque(ofLanes, [first, end]));
    return { name, end, lets: [] };
  }

  function visitLoop(stmt: Extract<Stmt, { kind: "for" }>, outer: Step | undefined): void {
    const [first, by, end] = [of(stmt.start), of(stmt.step), endOf(stmt.end)];
    if (![...by.keys()].every((key) => factorsOf(key).includes("lanes"))) {
      const steps = opaque("steps", [first, end, by]);
      values.set(stmt.name, steps);
      if (text(end) === text(atom("held"))) rounds.add([...steps.keys()][0]!);
      visit(stmt.body, outer);
      return;
    }
    // The steps of a block are those of the loop over blocks.
    const isBlock = [...first.keys()].some((key) => key.startsWith(ofLanes));
    values.set(stmt.name, isBlock ? first : opaque(ofLanes, [first, end]));
    visit(stmt.body, { name: stmt.name, end, lets: [] });
  }

  function visit(block: readonly Stmt[], outer: Step | undefined): void {
    let step = outer;
    for (const [i, stmt] of block.entries()) {
      const at = all.length;
      all.push({ stmt, at });
      switch (stmt.kind) {
        case "load":
        case "store": {
          const index = scaled(of(stmt.index), stmt.access.kind === "four" ? 4 : 1);
          const ofLane = [...index.keys()].some((key) => key.includes(ofLanes));
          const access = accessText(stmt.access, of);
          const here = stmt.kind === "store" ? { ...known, values: new Map(values) } : undefined;
          touches.push({ stmt, at, index, access, ofLane, step, known: here });
          break;
        }
        case "let":
          if (!needed.has(stmt.name)) break;
          step?.lets.push([stmt.name, stmt.value]);
          step = visitLet(stmt, block[i + 1]) ?? step;
          break;
        case "var":
          variables.add(stmt.name);
          break;
        case "for":
          visitLoop(stmt, step);
          break;
        case "double":
        case "halve":
        case "if":
          visit(stmt.body, step);
          break;
        case "assign":
        case "loadShared":
        case "storeShared":
        case "keep":
        case "recall":
        case "exchange":
        case "barrier":
          break;
      }
    }
  }
  visit(body, undefined);
  return { touches, all };
}

/**
 * The names on which indices and the ends of loops depend. The others, most of a kernel, are values: polynomials of them would
 * be long, and nobody asks for them.
 */
function namesOfPlaces(body: readonly Stmt[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (expr: Expr): void => {
    if (expr.kind === "local") names.add(expr.name);
    else for (const one of operandsOf(expr)) add(one);
  };
  // A name is declared before it is used.
  for (const stmt of everyStmt(body).toReversed()) {
    switch (stmt.kind) {
      case "let":
        if (names.has(stmt.name)) add(stmt.value);
        break;
      case "load":
      case "store":
        add(stmt.index);
        if (stmt.access.kind === "apart") add(stmt.access.stride);
        break;
      case "for":
      case "if":
        for (const one of expressionsOf(stmt)) add(one);
        break;
      default:
        break;
    }
  }
  return names;
}

function accessText(access: Access, of: (expr: Expr) => Poly): string {
  return access.kind === "apart" ? `apart ${text(of(access.stride))}` : access.kind;
}

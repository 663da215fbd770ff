/** The loads and stores of a kernel, with the elements that a lane takes. */
import { uses } from "./dependents.ts";
import { atom, type Known, opaque, type Poly, polyOf, scaled, sum, text } from "./index-polynomials.ts";
import type { Access, Expr, Kernel, Stmt } from "./ir.ts";

/** A statement, and its number in the order of the text. */
export interface Placed {
  readonly stmt: Stmt;
  readonly at: number;
}

export interface Touch extends Placed {
  readonly stmt: Extract<Stmt, { kind: "load" | "store" }>;
  /** The innermost loop of lanes around it. */
  readonly step: Step | undefined;
  /** What is known where it stands. */
  readonly known: Known;
  readonly place: () => TouchedPlace;
}

export interface TouchedPlace {
  /** The number of the element, or of the first of four. */
  readonly index: Poly;
  readonly access: string;
  /** Whether the element depends on the steps that this lane takes. */
  readonly ofLane: boolean;
}

/** The steps that lanes take in a loop. */
export interface Step {
  readonly name: string;
  /** The number of steps of all lanes together. */
  readonly end: Poly;
  /** The values that are computed in the loop. */
  readonly lets: Map<string, Expr>;
}

/** A block, and what is defined in it. Blocks that follow each other may define the same names. */
interface Scope {
  readonly parent: Scope | undefined;
  readonly lets: Map<string, Placed & { readonly value: Expr }>;
  readonly polys: Map<string, Poly>;
  readonly known: Known;
}

const ofLanes = "lane's steps";
const factorsOf = (key: string): string[] => key.split(" * ");

/** Polynomials are made when somebody asks for them: most loads are of tensors of which nobody asks. */
export function touchesOf({ body, structure: { vector } }: Kernel): {
  readonly touches: readonly Touch[];
  readonly all: readonly Placed[];
} {
  const touches: Touch[] = [];
  const all: Placed[] = [];
  /** What has other values at other times, and the counters of loops of `HELD` rounds. */
  const variables = new Set<string>();
  const rounds = new Set<string>();

  function scopeIn(parent: Scope | undefined): Scope {
    const scope: Scope = {
      parent,
      lets: new Map(),
      polys: new Map(),
      known: { vector, valueOf: (name) => valueIn(scope, name) },
    };
    return scope;
  }

  function valueIn(scope: Scope, name: string): Poly | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const poly = at.polys.get(name);
      if (poly !== undefined) return poly;
      const found = at.lets.get(name);
      if (found === undefined) continue;
      const made = of(found.value, found.at, at);
      at.polys.set(name, made);
      return made;
    }
    return undefined;
  }

  function letIn(scope: Scope, name: string): Expr | undefined {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const found = at.lets.get(name);
      if (found !== undefined) return found.value;
    }
    return undefined;
  }

  /** @param at the number of the statement. What contains a variable is equal to nothing at another place. */
  function of(expr: Expr, at: number, { known }: Scope): Poly {
    return uses(expr, variables) ? atom(`{${at}}`) : polyOf(expr, known);
  }

  /** The end of a loop for a row that exists: the others compute the first row again and store nothing. */
  function endOf(expr: Expr, at: number, scope: Scope): Poly {
    const value = expr.kind === "local" ? letIn(scope, expr.name) : undefined;
    if (value !== undefined) return endOf(value, at, scope);
    if (expr.kind === "select") return endOf(expr.a, at, scope);
    // A block ends where the row does.
    if (expr.kind === "binary" && expr.op === "min" && expr.b.kind === "local")
      return endOf(expr.b, at, scope);
    return of(expr, at, scope);
  }

  /** In registers: lane + round · lanes, for as many rounds as a lane keeps steps. */
  function keptStep(name: string, next: Stmt | undefined, at: number, scope: Scope): Step | undefined {
    if (rounds.size === 0 || next?.kind !== "if" || next.condition.kind !== "binary") return undefined;
    const poly = valueIn(scope, name)!;
    const round = [...poly.keys()].find(
      (key) => factorsOf(key).some((one) => rounds.has(one)) && factorsOf(key).includes("lanes"),
    );
    if (round === undefined) return undefined;
    const end = endOf(next.condition.b, at, scope);
    const first = sum(poly, new Map([[round, poly.get(round)!]]), -1);
    scope.polys.set(name, opaque(ofLanes, [first, end]));
    return { name, end, lets: new Map() };
  }

  function visitLoop(
    stmt: Extract<Stmt, { kind: "for" }>,
    at: number,
    outer: Step | undefined,
    around: Scope,
  ): void {
    const [first, by, end] = [
      of(stmt.start, at, around),
      of(stmt.step, at, around),
      endOf(stmt.end, at, around),
    ];
    const scope = scopeIn(around);
    if (![...by.keys()].every((key) => factorsOf(key).includes("lanes"))) {
      const steps = opaque("steps", [first, end, by]);
      scope.polys.set(stmt.name, steps);
      if (text(end) === text(atom("held"))) rounds.add([...steps.keys()][0]!);
      visit(stmt.body, outer, scope);
      return;
    }
    // The steps of a block are those of the loop over blocks.
    const isBlock = [...first.keys()].some((key) => key.startsWith(ofLanes));
    scope.polys.set(stmt.name, isBlock ? first : opaque(ofLanes, [first, end]));
    visit(stmt.body, { name: stmt.name, end, lets: new Map() }, scope);
  }

  function placeOf(stmt: Touch["stmt"], at: number, scope: Scope): TouchedPlace {
    const index = scaled(of(stmt.index, at, scope), stmt.access.kind === "four" ? 4 : 1);
    const ofLane = [...index.keys()].some((key) => key.includes(ofLanes));
    return { index, access: accessText(stmt.access, (one) => of(one, at, scope)), ofLane };
  }

  function visit(block: readonly Stmt[], outer: Step | undefined, scope: Scope): void {
    let step = outer;
    for (const [i, stmt] of block.entries()) {
      const at = all.length;
      all.push({ stmt, at });
      switch (stmt.kind) {
        case "load":
        case "store": {
          let made: TouchedPlace | undefined;
          const place = (): TouchedPlace => {
            made ??= placeOf(stmt, at, scope);
            return made;
          };
          touches.push({ stmt, at, step, known: scope.known, place });
          break;
        }
        case "let":
          step?.lets.set(stmt.name, stmt.value);
          scope.lets.set(stmt.name, { stmt, at, value: stmt.value });
          step = keptStep(stmt.name, block[i + 1], at, scope) ?? step;
          break;
        case "var":
          variables.add(stmt.name);
          break;
        case "for":
          visitLoop(stmt, at, step, scope);
          break;
        case "double":
        case "halve":
        case "if":
          visit(stmt.body, step, scopeIn(scope));
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
  visit(body, undefined, scopeIn(undefined));
  return { touches, all };
}

function accessText(access: Access, of: (expr: Expr) => Poly): string {
  return access.kind === "apart" ? `apart ${text(of(access.stride))}` : access.kind;
}

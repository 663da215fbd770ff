/**
 * Writes a value where it is used, if that is once and in the same block: a load as an operand, say. V8 compiles both to the
 * same, but the code is shorter, to read and in bytes.
 */
import { everyList, type Wat } from "../text/wat.ts";

/** How many parentheses stand inside each other at most. A polynomial stays a list of steps. */
const deepest = 6;

/** How many statements lie between a value and its use at most. */
const farthest = 12;

type List = readonly Wat[];

/** @param code of a function. */
export function withoutSingleUses(code: List): Wat[] {
  const gets = new Map<string, number>();
  const sets = new Map<string, number>();
  for (const [head, name] of everyList(code)) {
    const counts = head === "local.get" ? gets : isSetting(head) ? sets : undefined;
    counts?.set(String(name), (counts.get(String(name)) ?? 0) + 1);
  }
  return inBlock(code, (name) => gets.get(name) === 1 && sets.get(name) === 1);
}

function inBlock(code: List, isSingle: (name: string) => boolean): Wat[] {
  const done: Wat[] = [];
  for (const one of code) {
    let stmt = insideOf(one, isSingle);
    /** What statements between the value and this one do. */
    const changed = new Set<string>(
      everyList([stmt]).flatMap(([head, name]) => (head === "local.tee" ? [String(name)] : [])),
    );
    let stores = false;
    for (let at = done.length - 1; at >= Math.max(0, done.length - farthest); at--) {
      const before = done[at]!;
      const set = setIn(before);
      if (set !== undefined && isSingle(set.name) && !dependsOn(set.value, changed, stores)) {
        const next = withValue(stmt, set.name, set.value);
        if (next !== stmt && depthOf(next) <= deepest) {
          stmt = next;
          done.splice(at, 1);
          continue;
        }
      }
      for (const [head, name] of everyList([before])) if (isSetting(head)) changed.add(String(name));
      stores ||= set === undefined;
    }
    done.push(stmt);
  }
  return done;
}

/** A statement whose own blocks are rewritten. */
function insideOf(stmt: Wat, isSingle: (name: string) => boolean): Wat {
  if (typeof stmt === "string") return stmt;
  if (stmt[0] === "then" || stmt[0] === "loop") return inBlock(stmt, isSingle);
  return stmt[0] === "if" ? stmt.map((one) => insideOf(one, isSingle)) : stmt;
}

function setIn(stmt: Wat): { readonly name: string; readonly value: Wat } | undefined {
  return stmt[0] === "local.set" ? { name: String(stmt[1]), value: stmt[2]! } : undefined;
}

function dependsOn(value: Wat, changed: ReadonlySet<string>, stores: boolean): boolean {
  return everyList([value]).some(
    ([head, name]) =>
      (head === "local.get" && changed.has(String(name))) ||
      // Code that sets a local as it goes stays where it is.
      head === "local.tee" ||
      (stores && String(head).includes(".load")),
  );
}

/** The statement with a value in place of its local, but not in blocks inside it. */
function withValue(stmt: Wat, name: string, value: Wat): Wat {
  if (typeof stmt === "string") return stmt;
  const [head] = stmt;
  if (head === "then" || head === "loop") return stmt;
  if (head === "local.get" && stmt[1] === name) return value;
  const made = stmt.map((one) => withValue(one, name, value));
  return made.some((one, i) => one !== stmt[i]) ? made : stmt;
}

/** Of what stands before its blocks. */
function depthOf(wat: Wat): number {
  if (typeof wat === "string" || wat[0] === "then" || wat[0] === "loop") return 0;
  return 1 + Math.max(0, ...wat.map(depthOf));
}

const isSetting = (head: Wat | undefined): boolean => head === "local.set" || head === "local.tee";

/**
 * Writes a value where it is used, if that is once and in the same block: a load as an operand, say. V8 compiles both to the
 * same, but the code is shorter, to read and in bytes.
 */
import type { Wat } from "../text/wat.ts";
import { countUses } from "./local-uses.ts";

/** How many parentheses stand inside each other at most. A polynomial stays a list of steps. */
const deepest = 6;

/** How many statements lie between a value and its use at most. None of them is a loop. */
const farthest = 12;

type List = readonly Wat[];

/** @param code of a function. */
export function withoutSingleUses(code: List): Wat[] {
  const { gets, sets } = countUses(code);
  return inBlock(code, (name) => gets.get(name) === 1 && sets.get(name) === 1);
}

function inBlock(code: List, isSingle: (name: string) => boolean): Wat[] {
  const done: Wat[] = [];
  for (const one of code) {
    let stmt = insideOf(one, isSingle);
    /** What statements between the value and this one set, and whether they store. */
    const changed = new Set<string>();
    let stores = false;
    const first = Math.max(0, done.length - farthest);
    for (let at = done.length - 1; at >= first && takesValues(stmt); at--) {
      const before = done[at]!;
      if (before[0] === "if") break;
      const set = setIn(before);
      if (set === undefined) stores = true;
      else {
        if (isSingle(set.name) && canMove(set.value, changed, stores)) {
          const next = withValue(stmt, set.name, set.value);
          if (next !== stmt && depthOf(next) <= deepest) {
            stmt = next;
            done.splice(at, 1);
            continue;
          }
        }
        changed.add(set.name);
      }
    }
    done.push(stmt);
  }
  return done;
}

/** The heads and ends of loops set their counters as they compute conditions. */
function takesValues(stmt: Wat): boolean {
  return stmt[0] === "if" ? !hasTee(stmt[1]!) : stmt[0] !== "br_if";
}

function hasTee(wat: Wat): boolean {
  return typeof wat !== "string" && (wat[0] === "local.tee" || wat.some(hasTee));
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

/** Whether a value is still the same behind other statements. One that sets locals as it is computed stays where it is. */
function canMove(value: Wat, changed: ReadonlySet<string>, stores: boolean): boolean {
  if (typeof value === "string") return true;
  const [head] = value;
  if (head === "local.get") return !changed.has(String(value[1]));
  if (head === "local.tee" || (stores && String(head).includes(".load"))) return false;
  return value.every((one) => canMove(one, changed, stores));
}

/** The statement with a value in place of its local, but not in blocks inside it. */
function withValue(stmt: Wat, name: string, value: Wat): Wat {
  if (typeof stmt === "string" || stmt[0] === "then" || stmt[0] === "loop") return stmt;
  if (stmt[0] === "local.get") return stmt[1] === name ? value : stmt;
  let made: Wat[] | undefined;
  stmt.forEach((one, i) => {
    const other = withValue(one, name, value);
    if (other === one) return;
    made ??= [...stmt];
    made[i] = other;
  });
  return made ?? stmt;
}

/** Of what stands before its blocks. */
function depthOf(wat: Wat): number {
  if (typeof wat === "string" || wat[0] === "then" || wat[0] === "loop") return 0;
  let deepest = 0;
  for (const one of wat) deepest = Math.max(deepest, depthOf(one));
  return 1 + deepest;
}

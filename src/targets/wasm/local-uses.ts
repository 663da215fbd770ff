/** What code does with locals. */
import { eachList, type Wat } from "../text/wat.ts";

/** How often code reads each local, and how often it sets each. */
export function countUses(code: readonly Wat[]): {
  readonly gets: ReadonlyMap<string, number>;
  readonly sets: ReadonlyMap<string, number>;
} {
  const gets = new Map<string, number>();
  const sets = new Map<string, number>();
  eachList(code, ([head, name]) => {
    const counts =
      head === "local.get" ? gets : head === "local.set" || head === "local.tee" ? sets : undefined;
    counts?.set(String(name), (counts.get(String(name)) ?? 0) + 1);
  });
  return { gets, sets };
}

/** The code without what computes a value that nobody uses: numbers of elements that became addresses. */
export function withoutUnused(code: readonly Wat[]): readonly Wat[] {
  const { gets } = countUses(code);
  let isLess = false;
  const keep = (list: readonly Wat[]): Wat[] => {
    const made: Wat[] = [];
    for (const one of list) {
      if (one[0] === "local.set" && !gets.has(String(one[1]))) isLess = true;
      else made.push(typeof one === "string" || !hasBlocks(one) ? one : keep(one));
    }
    return made;
  };
  const kept = keep(code);
  return isLess ? withoutUnused(kept) : code;
}

const hasBlocks = ([head]: readonly Wat[]): boolean => head === "if" || head === "then" || head === "loop";

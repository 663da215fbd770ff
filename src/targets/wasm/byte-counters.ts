/**
 * Loops count bytes, if their counter is used for nothing but addresses: `x_at + i` in place of `x_at + 4 · i`. Counters are
 * below the number of elements of a tensor, so that four times their ends are below 2^32.
 */
import type { Wat } from "../text/wat.ts";

/** By how many bits every use of a counter in some code is shifted. Undefined if there is a use that is not, or none. */
export function shiftOfUses(code: readonly Wat[], counter: string): string | undefined {
  const shifts = new Set<string | undefined>();
  const visit = (wat: Wat): void => {
    if (typeof wat === "string") return;
    const shift = shiftOf(wat, counter);
    if (shift !== undefined) shifts.add(shift);
    else if (wat[0]?.toString().startsWith("local.") && wat[1] === counter) shifts.add(undefined);
    else wat.forEach(visit);
  };
  code.forEach(visit);
  const [shift] = shifts;
  return shifts.size === 1 ? shift : undefined;
}

/** The code without these shifts. */
export function withoutShifts(code: readonly Wat[], counter: string): Wat[] {
  return code.map((wat): Wat => {
    if (typeof wat === "string") return wat;
    return shiftOf(wat, counter) === undefined ? withoutShifts(wat, counter) : wat[1]!;
  });
}

/** (i32.shl (local.get $counter) (i32.const SHIFT)) */
function shiftOf(wat: readonly Wat[], counter: string): string | undefined {
  const [head, value, by] = wat;
  return head === "i32.shl" && value?.[0] === "local.get" && value[1] === counter
    ? String(by![1])
    : undefined;
}

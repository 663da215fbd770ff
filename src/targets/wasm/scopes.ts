/** The blocks of a function while it is written, one inside the other, and what is known in each. */
import type { Wat } from "../text/wat.ts";

export interface Scope {
  readonly code: Wat[];
  /** Locals that hold what was computed in this block for all that follows, by a text of what that is. */
  readonly known: Map<string, string>;
}

export interface Scopes {
  /** The number of the innermost block. 0 is the head of the function, which runs once; 1 is a task. */
  depth(): number;
  /** Writes behind what the innermost block has, or behind what another one has before its block inside. */
  write(wat: Wat, depth?: number): void;
  /** The local that holds a value in a block or in one around it, written by `make` if there is none. */
  once(key: string, depth: number, make: () => string): string;
  /** The code of a new block. */
  inside(fill: () => void): Wat[];
}

export function createScopes(): Scopes {
  const scopes: Scope[] = [];
  const depth = (): number => scopes.length - 1;
  return {
    depth,
    write: (wat, at = depth()) => void scopes[at]!.code.push(wat),
    once: (key, at, make) => {
      for (const { known } of scopes.slice(0, at + 1)) {
        const found = known.get(key);
        if (found !== undefined) return found;
      }
      const made = make();
      scopes[at]!.known.set(key, made);
      return made;
    },
    inside: (fill) => {
      const scope: Scope = { code: [], known: new Map() };
      scopes.push(scope);
      fill();
      scopes.pop();
      return scope.code;
    },
  };
}

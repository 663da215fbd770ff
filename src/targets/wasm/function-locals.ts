/** The locals of one function: their names and types. */
import type { Type } from "../../kernels/ir/ir.ts";
import { createNamer, type Namer } from "../text/namer.ts";
import type { Wat } from "../text/wat.ts";

export type ValueType = "i32" | "f32" | "v128";

export const valueTypes: Readonly<Record<Type, ValueType>> = {
  f32: "f32",
  u32: "i32",
  bool: "i32",
  f32x4: "v128",
  boolx4: "v128",
};

export interface Locals {
  readonly namer: Namer;
  /** Returns the name of the local for a key. One key has one type. */
  declare(key: string, wanted: string, type: ValueType): string;
  /** Returns a local that no other code knows. */
  fresh(wanted: string, type: ValueType): string;
  /** The declarations of those that some code uses. A module has one entry for each run of one type. */
  declarations(used: ReadonlySet<string>): Wat[];
}

/** @param params the names that the function's parameters have. */
export function createLocals(params: readonly string[]): Locals {
  const namer = createNamer({ words: new Set(params), prefixes: [], twoUnderscores: false });
  const types = new Map<string, ValueType>();
  let temporaries = 0;
  const known = new Map<string, string>();
  const declare = (key: string, wanted: string, type: ValueType): string => {
    const own = `${type} ${key}`;
    let name = known.get(own);
    if (name === undefined) {
      name = `$${namer.name(own, wanted)}`;
      known.set(own, name);
      types.set(name, type);
    }
    return name;
  };
  return {
    namer,
    declare,
    fresh: (wanted, type) => declare(`fresh ${temporaries++}`, wanted, type),
    declarations: (used) =>
      (["i32", "f32", "v128"] as const).flatMap((wanted) =>
        [...types]
          .filter(([name, type]) => type === wanted && used.has(name))
          .map(([name, type]): Wat => ["local", name, type]),
      ),
  };
}

export const get = (name: string): Wat => ["local.get", name];
export const set = (name: string, value: Wat): Wat => ["local.set", name, value];
export const tee = (name: string, value: Wat): Wat => ["local.tee", name, value];

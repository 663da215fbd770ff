/** The names of locals and constants of the kernel IR. */
import { type Constant, constantKey } from "../../kernels/ir/ir.ts";
import type { Namer } from "./namer.ts";

export function localName(namer: Namer, name: string): string {
  const known = namer.locals.get(name);
  if (known !== undefined) return known;
  const made = namer.name(`local ${name}`, name);
  namer.locals.set(name, made);
  return made;
}

export function constantName(namer: Namer, constant: Constant): string {
  const names = constant.kind === "extent" ? namer.extents : namer.constants;
  const key = constant.kind === "extent" ? constant.factor : constantKey(constant);
  const known = names.get(key);
  if (known !== undefined) return known;
  const made = namer.name(`constant ${constantKey(constant)}`, wanted(constant));
  names.set(key, made);
  return made;
}

function wanted(constant: Constant): string {
  switch (constant.kind) {
    case "extent":
      return constant.factor;
    case "param":
      return constant.param;
    case "lanes":
    case "rows":
    case "subgroup":
    case "columns":
    case "parts":
    case "held":
      return constant.kind.toUpperCase();
  }
}

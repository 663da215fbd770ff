/** Initial values of affines and states. One that depends on extents is an expression, since a program leaves them open. */

/** A number, or an expression of sizes and params. Plain data. */
export type InitialValue =
  | number
  /** The product of the extents of these factors. */
  | { readonly size: readonly string[] }
  | { readonly param: string }
  | { readonly op: "+" | "-" | "*" | "/" | "^"; readonly of: readonly [InitialValue, InitialValue] };

/** The value, once the extents of all factors and the values of all params are known. */
export function initialValue(
  initial: InitialValue,
  extents: ReadonlyMap<string, number>,
  params: ReadonlyMap<string, number>,
): number {
  if (typeof initial === "number") return initial;
  if ("size" in initial) return initial.size.reduce((size, factor) => size * extents.get(factor)!, 1);
  if ("param" in initial) return params.get(initial.param)!;
  const [a, b] = initial.of.map((one) => initialValue(one, extents, params)) as [number, number];
  switch (initial.op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "^":
      return a ** b;
  }
}

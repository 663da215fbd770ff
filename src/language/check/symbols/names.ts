/** Finds the meaning of names in a body. Reports nothing: an unknown name simply has no meaning. */

import { gradientName } from "../../../graph/tensor/gradient-name.ts";
import type { Block } from "../declarations/definitions.ts";
import type { FunctionSymbol, NormSymbol, SpecSymbol } from "./symbol.ts";

export interface Names {
  /** A name used as a value, in an `on` block or outside (null). Several symbols if each mode has its own equation. */
  readonly value: (name: string, block: Block | null) => readonly SpecSymbol[];
  /** A name used as an axis. */
  readonly axis: (name: string) => readonly SpecSymbol[];
}

/** A function only knows its parameters. */
export function namesOfFunction({ parameters }: FunctionSymbol): Names {
  const known = firstOfEach(parameters);
  return { value: (name) => asList(known.get(name)), axis: () => [] };
}

/** Looks a name up as the checker does: params and tensors, equations outside `on` blocks, equations of the mode. */
export function namesOfNorm(norm: NormSymbol): Names {
  const equations = (block: Block | null): ReadonlyMap<string, SpecSymbol> =>
    firstOfEach(norm.equations.filter((one) => one.mode === block));
  const given = firstOfEach([...norm.params, ...norm.tensors]);
  const always = equations(null);
  const [train, infer, backward] = [equations("train"), equations("infer"), equations("backward")];
  // `d_y` is given to the backward pass: it means the output that it belongs to.
  const outputs = norm.equations.filter((one) => one.isOutput);
  const cotangents = firstOfEach(outputs, ({ name }) => gradientName(name));
  const seenIn = { train: [train], infer: [infer], backward: [backward, train, cotangents] };
  const axes = firstOfEach(norm.axes.flatMap((one) => [one, ...one.factors]));
  return {
    value: (name, block) => {
      const own = given.get(name) ?? always.get(name);
      if (own !== undefined) return [own];
      const maps = block === null ? [train, infer] : seenIn[block];
      return maps.flatMap((one) => asList(one.get(name)));
    },
    axis: (name) => asList(axes.get(name)),
  };
}

/** Of two declarations with one name, the first counts. */
function firstOfEach(
  symbols: readonly SpecSymbol[],
  nameOf = ({ name }: SpecSymbol): string => name,
): ReadonlyMap<string, SpecSymbol> {
  return new Map(symbols.toReversed().map((one) => [nameOf(one), one]));
}

function asList(symbol: SpecSymbol | undefined): readonly SpecSymbol[] {
  return symbol === undefined ? [] : [symbol];
}

/** What the names in a body mean. Nothing is reported: a name that means nothing has no meaning here either. */

import type { Mode } from "../../../program/program.ts";
import type { FunctionSymbol, NormSymbol, SpecSymbol } from "./symbol.ts";

export interface Names {
  /** Where a value is expected, in an `on` block or outside (null): several where each mode has its own. */
  readonly value: (name: string, mode: Mode | null) => readonly SpecSymbol[];
  /** Where an axis is expected. */
  readonly axis: (name: string) => readonly SpecSymbol[];
}

/** A function knows its parameters and nothing else. */
export function namesOfFunction({ parameters }: FunctionSymbol): Names {
  const known = firstOfEach(parameters);
  return { value: (name) => asList(known.get(name)), axis: () => [] };
}

/** As the checker looks a name up: params and tensors, equations outside `on` blocks, those of the mode. */
export function namesOfNorm(norm: NormSymbol): Names {
  const equations = (mode: Mode | null): ReadonlyMap<string, SpecSymbol> =>
    firstOfEach(norm.equations.filter((one) => one.mode === mode));
  const given = firstOfEach([...norm.params, ...norm.tensors]);
  const always = equations(null);
  const inMode = { train: equations("train"), infer: equations("infer") };
  const axes = firstOfEach(norm.axes.flatMap((one) => [one, ...one.factors]));
  return {
    value: (name, mode) => {
      const own = given.get(name) ?? always.get(name);
      if (own !== undefined) return [own];
      const modes = mode === null ? (["train", "infer"] as const) : [mode];
      return modes.flatMap((one) => asList(inMode[one].get(name)));
    },
    axis: (name) => asList(axes.get(name)),
  };
}

/** Of two declarations of one name the first counts. */
function firstOfEach(symbols: readonly SpecSymbol[]): ReadonlyMap<string, SpecSymbol> {
  return new Map(symbols.toReversed().map((one) => [one.name, one]));
}

function asList(symbol: SpecSymbol | undefined): readonly SpecSymbol[] {
  return symbol === undefined ? [] : [symbol];
}

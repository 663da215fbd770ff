import type { Mode } from "../../program/program.ts";

/** The identifiers that the module declares for one norm. */
export interface NormIdentifiers {
  /** The exported object, and the type that it creates. */
  readonly norm: string;
  readonly options: string;
  /** The norm by mode, if it has modes. */
  readonly modes: string;
  readonly programs: string;
  /** The options of its backward pass, its backward passes by mode, and their type. */
  readonly backward: { readonly options: string; readonly modes: string; readonly type: string };
  /** The norm that saves what its backward pass reads: by mode, and its type. */
  readonly saving: { readonly modes: string; readonly type: string };
  /** The interfaces of `encode` and `run` in a mode. The mode of a norm without modes is null. */
  calls(mode: Mode | null): CallIdentifiers;
}

export interface CallIdentifiers {
  readonly buffers: string;
  readonly feeds: string;
  readonly results: string;
  readonly backwardBuffers: string;
  readonly backwardFeeds: string;
}

const modeSuffixes = ["", "Train", "Infer"];
const callNames = ["Buffers", "Feeds", "Results", "BackwardBuffers", "BackwardFeeds"];
const callSuffixes = callNames.flatMap((name) => modeSuffixes.map((mode) => mode + name));
const backwardNames = ["BackwardOptions", "BackwardModes", "Backward"];
const savingNames = ["SavingModes", "Saving"];
const derived = ["Options", "Modes", "Programs", ...backwardNames, ...savingNames, ...callSuffixes];

// Words that a module cannot declare, and names that the generated text itself relies on.
const reserved = new Set(
  `arguments async await break case catch class const continue debugger default delete do else enum eval export
  extends false finally for function if implements import in instanceof interface let new null package private
  protected public return static super switch this throw true try typeof undefined var void while with yield
  any as bigint boolean never number object of string symbol type unknown __esModule exports module require
  globalThis Infinity NaN Object
  ArrayBuffer ArrayLike Backward DimsList Float32Array FloatArray GPUBuffer GPUDevice NoInfer Norm Partial Program Promise Record Saving
  Tune
  createBackwardFromOptions createFromOptions createSavingFromOptions
  GatherBackward GatherNorm GatherProgram GpuSettings createGatherBackwardFromOptions createGatherFromOptions`.split(
    /\s+/,
  ),
);

/**
 * Chooses identifiers for the norms of one module, all different. A norm keeps its name if the language allows it. A
 * name that is taken or reserved gets a trailing `_`.
 */
export function chooseIdentifiers(names: readonly string[]): NormIdentifiers[] {
  const taken = new Set(reserved);
  const claim = (wish: string): string => {
    let name = wish.replace(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=[0-9]|$)/, "_");
    while (taken.has(name)) name += "_";
    taken.add(name);
    return name;
  };
  // Norms that can keep their name choose first, so that none of them loses it to an altered or derived name.
  const chosen = new Map<number, string>();
  const keeps = (name: string): boolean => /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) && !reserved.has(name);
  for (const [i, name] of names.entries()) if (keeps(name)) chosen.set(i, claim(name));
  for (const [i, name] of names.entries()) if (!keeps(name)) chosen.set(i, claim(name));
  return names.map((_, i) => {
    const norm = chosen.get(i)!;
    let stem = norm;
    while (derived.some((suffix) => taken.has(stem + suffix))) stem += "_";
    for (const suffix of derived) taken.add(stem + suffix);
    return {
      norm,
      options: `${stem}Options`,
      modes: `${stem}Modes`,
      programs: `${stem}Programs`,
      backward: {
        options: `${stem}BackwardOptions`,
        modes: `${stem}BackwardModes`,
        type: `${stem}Backward`,
      },
      saving: { modes: `${stem}SavingModes`, type: `${stem}Saving` },
      calls(mode) {
        const prefix = stem + (mode === null ? "" : mode === "train" ? "Train" : "Infer");
        return {
          buffers: `${prefix}Buffers`,
          feeds: `${prefix}Feeds`,
          results: `${prefix}Results`,
          backwardBuffers: `${prefix}BackwardBuffers`,
          backwardFeeds: `${prefix}BackwardFeeds`,
        };
      },
    };
  });
}

/** A name as a property key, quoted if it is not a plain word. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : JSON.stringify(name);
}

/** A name as the label of a tuple member, which can be any word. */
export function tupleLabel(name: string): string {
  return name.replace(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=[0-9]|$)/, "_");
}

/** Returns `wish`, followed by as many `_` as it takes to differ from all of `taken`. */
export function freeName(wish: string, taken: ReadonlySet<string>): string {
  let name = wish;
  while (taken.has(name)) name += "_";
  return name;
}

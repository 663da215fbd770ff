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
  /** The norm inside other kernels: by mode, and its type. */
  readonly inline: { readonly modes: string; readonly type: string };
  /** The interfaces of `encode` and `run` in a mode. The mode of a norm without modes is null. */
  calls(mode: Mode | null): CallIdentifiers;
}

export interface CallIdentifiers {
  readonly buffers: string;
  readonly feeds: string;
  readonly results: string;
  /** The views of tensors in memory, on a processor. */
  readonly views: string;
  readonly backwardBuffers: string;
  readonly backwardFeeds: string;
  readonly backwardViews: string;
}

const modeSuffixes = ["", "Train", "Infer"];
const callNames = [
  "Buffers",
  "Feeds",
  "Results",
  "Views",
  "BackwardBuffers",
  "BackwardFeeds",
  "BackwardViews",
];
const callSuffixes = callNames.flatMap((name) => modeSuffixes.map((mode) => mode + name));
const backwardNames = ["BackwardOptions", "BackwardModes", "Backward"];
const savingNames = ["SavingModes", "Saving"];
const inlineNames = ["InlineModes", "Inline"];
const derived = [
  "Options",
  "Modes",
  "Programs",
  ...backwardNames,
  ...savingNames,
  ...inlineNames,
  ...callSuffixes,
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** Words of JavaScript that, in a module, can be the name of nothing but a property. */
const keywords = words(`
  break case catch class const continue debugger default delete do else enum export extends false finally for function
  if import in instanceof new null return super switch this throw true try typeof var void while with
  implements interface let package private protected public static yield`);

// Words that a module cannot declare as a constant and as a type, and names that the generated text itself relies on.
const reserved: ReadonlySet<string> = new Set([
  ...keywords,
  ...words("arguments async await eval"),
  // In types.
  ...words(`any as bigint boolean infer keyof never number object of readonly string symbol type undefined unique
    unknown`),
  ...words(`__esModule exports module require globalThis Infinity NaN Object
    ArrayBuffer ArrayLike Float32Array GPUBuffer GPUBufferBinding GPUDevice Int8Array Int32Array NoInfer Partial Promise Readonly Record Uint8Array
    Uint32Array
    Backward DimsList Extent FloatArray LazyShaders Norm Program Saving Tune
    createBackwardFromOptions createFromOptions createNowFromOptions loadPrograms createSavingFromOptions
    createInlineFromOptions Inline InlinePlace InlineProgram
    GatherBackward GatherNorm GatherProgram GpuSettings createGatherBackwardFromOptions createGatherFromOptions
    WasmBackward WasmNorm WasmParts WasmProgram WasmSettings createWasmBackwardFromOptions createWasmFromOptions
    createWasmSavingFromOptions createWasmNowFromOptions loadWasmPrograms`),
]);

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
      inline: { modes: `${stem}InlineModes`, type: `${stem}Inline` },
      calls(mode) {
        const prefix = stem + (mode === null ? "" : mode === "train" ? "Train" : "Infer");
        return {
          buffers: `${prefix}Buffers`,
          feeds: `${prefix}Feeds`,
          results: `${prefix}Results`,
          views: `${prefix}Views`,
          backwardBuffers: `${prefix}BackwardBuffers`,
          backwardFeeds: `${prefix}BackwardFeeds`,
          backwardViews: `${prefix}BackwardViews`,
        };
      },
    };
  });
}

/** A name as a property key, quoted if it is not a plain word. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : JSON.stringify(name);
}

/** A name as the label of a tuple member. TypeScript takes most words of types for it, but not those of JavaScript. */
export function tupleLabel(name: string): string {
  const label = name.replace(/[^A-Za-z0-9_$]/g, "_").replace(/^(?=[0-9]|$)/, "_");
  return keywords.includes(label) ? `${label}_` : label;
}

/** Returns `wish`, followed by as many `_` as it takes to differ from all of `taken`. */
export function freeName(wish: string, taken: ReadonlySet<string>): string {
  let name = wish;
  while (taken.has(name)) name += "_";
  return name;
}

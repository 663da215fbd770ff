/**
 * A program: one norm in one mode, compiled. Plain data (it survives JSON), made by the emitters, embedded in the
 * generated modules, and all that the runtime knows of a spec. Shapes stay open: extents and params are
 * pipeline-overridable constants of the kernels.
 */
export interface Program extends ProgramInterface {
  /** In the order in which they are dispatched. */
  readonly kernels: readonly ProgramKernel[];
  /**
   * Loads the shaders that the kernels support and do not hold: a page that needs none of them has none to load. Only in
   * generated modules; a program as compiled is whole.
   */
  readonly lazy?: () => Promise<{ readonly lazy: readonly LazyShaders[] }>;
  /** Loads what `normc build --tuning` was told of it: the best variants by adapter and extents. */
  readonly tuned?: () => Promise<{ readonly tuning: unknown }>;
}

/** What a program is called and takes, whatever it runs on. */
export interface ProgramInterface {
  /** `programFormat` of the normc that made it; runtimes refuse another. */
  readonly format: number;
  /** The norm's name in its spec. */
  readonly norm: string;
  /** The mode, where the norm has modes. */
  readonly mode: Mode | null;
  readonly axes: readonly ProgramAxis[];
  readonly params: readonly ProgramParam[];
  readonly tensors: readonly ProgramTensor[];
}

/** Of one kernel: the shaders that it supports and does not hold. */
export type LazyShaders = Pick<ProgramKernel, "shaders" | "split">;

export type Mode = "train" | "infer";

export interface ProgramAxis {
  readonly name: string;
  readonly variadic: boolean;
  /** The axes it is made of, slowest first: itself when it is not split. A variadic axis is one flat factor. */
  readonly factors: readonly ProgramFactor[];
}

export interface ProgramFactor {
  readonly name: string;
  /** Where the extent comes from: a fixed number, a param, or (null) the shapes of the tensors. */
  readonly extent: number | { readonly param: string } | null;
}

export interface ProgramParam {
  readonly name: string;
  readonly initial: number;
  /** An extent is a positive whole number. */
  readonly kind: "number" | "extent";
}

/** `saved`: what a forward pass keeps for the backward one, in one buffer of the caller's. */
export type ProgramRole = "input" | "affine" | "state" | "output" | "saved" | "scratch";

export interface ProgramTensor {
  readonly name: string;
  readonly role: ProgramRole;
  /** Names of axes (or of single factors of a split axis), slowest first: the layout in memory. */
  readonly dims: readonly string[];
  /** Of what is saved and of scratch memory, which have no dims: the values in it, one behind the other, each by its factors. */
  readonly values?: readonly (readonly string[])[];
  /** The value that an affine or state left out takes. */
  readonly initial?: number;
  /** For a state and what is saved: whether this program writes it. */
  readonly updated?: boolean;
  /** Of a backward program: the forward tensor of which this output is the gradient, or this input the cotangent. */
  readonly gradientOf?: string;
}

export interface ProgramKernel {
  readonly name: string;
  /** The factors that are kept: one row for each coordinate. */
  readonly grid: readonly string[];
  /** The factors that a row runs over; empty for an elementwise kernel. */
  readonly row: readonly string[];
  /**
   * The factors over whose rows a workgroup goes one after the other, a chunk of them; none mostly. How many chunks there
   * are is the extent of `chunkFactor`, which is the variant's choice.
   */
  readonly chunked: readonly string[];
  /** One dispatch that does it all; the first shader serves every shape. */
  readonly shaders: readonly Shader[];
  /** Several dispatches, in which workgroups share a row; null where that cannot be, or is not loaded. */
  readonly split: ProgramSplit | null;
  readonly supports: Supports;
}

/** What a kernel has shaders for, loaded or not. */
export interface Supports {
  /** Values that a lane keeps for each step of the row, in a shader that takes fours; 0 where none keeps any. */
  readonly held: number;
  /** Rows that a lane can take together, in a shader that takes fours. */
  readonly together: number;
  readonly split: boolean;
}

export interface ProgramSplit {
  /** Numbers that a part of a row hands on; they lie in `partialsTensor`, a row fastest. */
  readonly slots: number;
  readonly stages: readonly ProgramStage[];
}

export interface ProgramStage {
  readonly shaders: readonly Shader[];
  /** Whether each part of a row has a workgroup of its own; otherwise one has the row. */
  readonly shared: boolean;
}

/** One module of a kernel. */
export interface Shader {
  /** The factor along which it takes four elements at a time: its extent is then a multiple of four. */
  readonly vector: string | null;
  /** Rows that a lane takes together: their number is then a multiple of it. */
  readonly together: number;
  /** Values that a lane keeps for each step of the row; 0 where the row is read again by each loop. */
  readonly held: number;
  /** Whether the lanes of a row exchange values: the module then calls `exchange` or `exchange4`. */
  readonly exchanges: boolean;
  /**
   * The WGSL, without what depends on the memory, the device and the variant: the runtime puts before it the bindings,
   * the accessors by which the text reads and writes them, `enable` lines, where values are exchanged `exchange`, and
   * where they are kept `HELD`, `held` and `held_place`.
   */
  readonly wgsl: string;
  readonly bindings: readonly ProgramBinding[];
  /** The override constants of the module: what each is called and what it stands for. */
  readonly constants: readonly ProgramConstant[];
}

export interface ProgramBinding {
  readonly tensor: string;
  readonly access: "read" | "read_write";
  /** What the runtime may call the array; the text does not mention it. */
  readonly name: string;
  /** The functions that the text calls, by what they do. Values are f32, whatever lies in memory. */
  readonly accessors: Readonly<Partial<Record<Accessor, string>>>;
  /**
   * Whether what is written is added to what is there. Compilers never say so: the runtime does, of a tensor that one
   * dispatch writes, each element once, and none reads.
   */
  readonly accumulates?: boolean;
}

/**
 * `at(index) -> f32` and `put(index, value)` take one element; `four(index) -> vec4f` and `putFour(index, value)` four
 * side by side, and their index counts fours.
 */
export type Accessor = "at" | "four" | "put" | "putFour";

export type ProgramConstant =
  | { readonly name: string; readonly kind: "extent"; readonly factor: string }
  | { readonly name: string; readonly kind: "param"; readonly param: string }
  /** Invocations that share a row, and rows a workgroup: the workgroup has lanes × rows invocations. */
  | { readonly name: string; readonly kind: "lanes" }
  | { readonly name: string; readonly kind: "rows" }
  /** Of the lanes of a row, how many exchange values within a subgroup: a power of two, 1 for none. */
  | { readonly name: string; readonly kind: "subgroup" }
  /** Workgroups that share a row. */
  | { readonly name: string; readonly kind: "parts" }
  /** Whether neighbouring invocations have neighbouring rows, not neighbouring steps of one. */
  | { readonly name: string; readonly kind: "columns" };

export type Dtype = "f32" | "f16";

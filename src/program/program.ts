import type { InitialValue } from "./initial-value.ts";
import type { IntegerType } from "./integers.ts";

/**
 * A program: one norm in one mode, compiled. It is plain data (it survives JSON). The emitters make it, generated
 * modules embed it, and the runtime knows nothing else about a spec. Shapes stay open: extents and params are
 * pipeline-overridable constants of the kernels.
 */
export interface Program extends ProgramInterface {
  /** In the order in which they are dispatched. */
  readonly kernels: readonly ProgramKernel[];
  /**
   * Loads the shaders that the kernels support but do not hold, so that a page that needs none of them loads none. Only
   * generated modules have it; the compiler's own result holds all shaders.
   */
  readonly lazy?: () => Promise<{ readonly lazy: readonly LazyShaders[] }>;
  /** Loads the measurements given to `normc build --tuning`: the best variants by adapter and extents. */
  readonly tuned?: () => Promise<{ readonly tuning: unknown }>;
}

/** The name, axes, params and tensors of a program, the same for every target. */
export interface ProgramInterface {
  /** `programFormat` of the normc that made it. A runtime refuses any other format. */
  readonly format: number;
  /** The norm's name in its spec. */
  readonly norm: string;
  /** The mode, where the norm has modes. */
  readonly mode: Mode | null;
  readonly axes: readonly ProgramAxis[];
  readonly params: readonly ProgramParam[];
  readonly tensors: readonly ProgramTensor[];
}

/** The shaders of one kernel that it supports but does not hold. */
export type LazyShaders = Pick<ProgramKernel, "shaders" | "split">;

export type Mode = "train" | "infer";

export interface ProgramAxis {
  readonly name: string;
  readonly variadic: boolean;
  /**
   * Its factors, slowest first. An axis that is not split is its own single factor. A variadic axis is one flat factor.
   */
  readonly factors: readonly ProgramFactor[];
}

export interface ProgramFactor {
  readonly name: string;
  /** Where the extent comes from: a fixed number, a param, another axis or factor, or (null) the shapes of the tensors. */
  readonly extent: number | { readonly param: string } | { readonly axis: string } | null;
}

export interface ProgramParam {
  readonly name: string;
  readonly initial: number;
  /** An extent and a window are whole numbers from 1, a reach (how far a window goes to one side) is one from 0. */
  readonly kind: "number" | "extent" | "window" | "reach";
}

/** `saved`: the values that a forward pass saves for the backward pass, in one buffer that the caller owns. */
export type ProgramRole = "input" | "affine" | "state" | "output" | "saved" | "scratch";

export interface ProgramTensor {
  readonly name: string;
  readonly role: ProgramRole;
  /** Names of axes (or of single factors of a split axis), slowest first: the layout in memory. */
  readonly dims: readonly string[];
  /**
   * For saved and scratch memory, which have no dims: the values in it, one after another, each given by its factors.
   */
  readonly values?: readonly (readonly string[])[];
  /** The element type that the spec gives to an input or an output. Without one the caller chooses a float. */
  readonly dtype?: IntegerType;
  /** The value that an affine or state takes if it is omitted. */
  readonly initial?: InitialValue;
  /** For a state and for saved values: whether this program writes it. */
  readonly updated?: boolean;
  /** In a backward program: the forward tensor whose gradient this output is, or whose cotangent this input is. */
  readonly gradientOf?: string;
  /**
   * The inputs that the new value of a state depends on, or the cotangents that a gradient depends on. Omitted if all
   * others have the dims of one of these, and for a gradient that depends on none. `settledResults` of the runtime says what
   * an empty one means.
   */
  readonly dependsOn?: readonly string[];
}

export interface ProgramKernel {
  readonly name: string;
  /** The factors that the kernel keeps: one row for each coordinate. */
  readonly grid: readonly string[];
  /** The factors that a row runs over; empty for an elementwise kernel. */
  readonly row: readonly string[];
  /**
   * A workgroup takes a chunk of the rows along these factors, one row after the other. Usually empty. The extent of
   * `chunkFactor` is the number of chunks; the variant decides it.
   */
  readonly chunked: readonly string[];
  /** Shaders that do all the work in one dispatch. The first one serves every shape. */
  readonly shaders: readonly Shader[];
  /**
   * Several dispatches in which workgroups share a row. Null if the kernel cannot be split or the split is not loaded.
   */
  readonly split: ProgramSplit | null;
  readonly supports: Supports;
}

/** What a kernel has shaders for, whether or not they are loaded. */
export interface Supports {
  /** Values that a lane keeps for each step of the row, in a shader that takes fours. 0 if no such shader keeps any. */
  readonly held: number;
  /** Rows that a lane can take together, in a shader that takes fours. */
  readonly together: number;
  /**
   * Rows that a lane can take together if they are neighbours along a factor of the grid, whose extent must be a multiple
   * of them. `together` is 1 then.
   */
  readonly neighbours?: { readonly factor: string; readonly rows: number };
  readonly split: boolean;
}

export interface ProgramSplit {
  /** How many numbers a part of a row hands on. They lie in `partialsTensor`, with the row as the fastest index. */
  readonly slots: number;
  readonly stages: readonly ProgramStage[];
}

export interface ProgramStage {
  readonly shaders: readonly Shader[];
  /** Whether each part of a row has its own workgroup. Otherwise one workgroup has the whole row. */
  readonly shared: boolean;
}

/** One module of a kernel. */
export interface Shader {
  /** The factor along which it takes four elements at a time, whose extent must be a multiple of four. Null if none. */
  readonly vector: string | null;
  /** How many rows a lane takes together. The number of rows must be a multiple of it. */
  readonly together: number;
  /** Values that a lane keeps for each step of the row. 0 if each loop reads the row again. */
  readonly held: number;
  /** Whether the lanes of a row exchange values. If so, the module calls `exchange` or `exchange4`. */
  readonly exchanges: boolean;
  /**
   * The WGSL, without what depends on the memory, the device and the variant. The runtime adds that in front: `enable`
   * lines, the bindings, the accessors through which the shader reads and writes them, `exchange` if lanes exchange
   * values, and `HELD`, `held` and `held_place` if lanes keep values.
   */
  readonly wgsl: string;
  readonly bindings: readonly ProgramBinding[];
  /** The override constants of the module: the name and the meaning of each. */
  readonly constants: readonly ProgramConstant[];
}

export interface ProgramBinding {
  readonly tensor: string;
  readonly access: "read" | "read_write";
  /** A free name that the runtime can give the array. The shader does not use it. */
  readonly name: string;
  /**
   * The names of the functions that the shader calls, by what they do. Values are f32 for every element type in memory.
   */
  readonly accessors: Readonly<Partial<Record<Accessor, string>>>;
  /**
   * For an input: the outputs of the kernel that may be written over it, since no lane reads an element after another
   * lane may have written it.
   */
  readonly placeOf?: readonly string[];
  /**
   * What a write does if it does not simply store the value: `add` adds the value to the element, `zero` stores 0, `keep`
   * does nothing. The compiler never sets it. The runtime sets `add` only for a tensor that exactly one dispatch writes,
   * each element once, and that no dispatch reads.
   */
  readonly write?: "add" | "zero" | "keep";
  /**
   * Set by the runtime for a tensor that is read and may lie in one buffer with tensors that the kernel writes: all
   * bindings of that buffer are then writable.
   */
  readonly shared?: "read_write";
}

/**
 * `at(index) -> f32` and `put(index, value)` take one element. `four(index) -> vec4f` and `putFour(index, value)` take
 * four neighbours; their index counts fours.
 */
export type Accessor = "at" | "four" | "put" | "putFour";

export type ProgramConstant =
  | { readonly name: string; readonly kind: "extent"; readonly factor: string }
  | { readonly name: string; readonly kind: "param"; readonly param: string }
  /** Lanes: invocations that share a row. Rows: rows in a workgroup. A workgroup has lanes × rows invocations. */
  | { readonly name: string; readonly kind: "lanes" }
  | { readonly name: string; readonly kind: "rows" }
  /** How many lanes of a row exchange values within a subgroup: a power of two, or 1 if none do. */
  | { readonly name: string; readonly kind: "subgroup" }
  /** How many workgroups share a row. */
  | { readonly name: string; readonly kind: "parts" }
  /** Whether neighbouring invocations take neighbouring rows instead of neighbouring steps of one row. */
  | { readonly name: string; readonly kind: "columns" };

/** The element types that a caller chooses from. */
export type FloatType = "f32" | "f16";

/** The type of a tensor's elements in memory. Arithmetic is f32. */
export type Dtype = FloatType | IntegerType;

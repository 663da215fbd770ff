import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** A file of cases, as `norm-conformance/1` describes it. */
export interface CaseFile {
  readonly suite: string;
  readonly op: string;
  readonly cases: readonly Case[];
}

export interface Case {
  readonly id: string;
  readonly direction: "forward" | "backward" | "forward+backward";
  readonly family: string;
  readonly canonical: Canonical;
  readonly inputs: readonly InputTensor[];
  readonly outputs: readonly OutputTensor[];
  readonly tolerance: Tolerance & { readonly per_role?: Readonly<Record<string, Tolerance>> };
}

/** The fields of every family together; a family has those that it needs. */
export interface Canonical {
  readonly axes?: readonly number[];
  /** A sentence in place of a number where x has no channel axis. */
  readonly channel_axis?: number | string;
  readonly channel_axes?: readonly number[];
  readonly epsilon?: number;
  readonly epsilon_placement?: string;
  readonly num_groups?: number;
  readonly param_shape?: "per_channel" | "per_group";
  readonly param_broadcast?: string;
  readonly param_axes?: readonly number[];
  readonly epilogue?: readonly Epilogue[];
  readonly activation?: string;
  readonly momentum?: number;
  readonly momentum_convention?: string;
  readonly running_var?: string;
  readonly steps?: number;
  readonly normalize_variance?: boolean;
  readonly variance?: "biased" | "unbiased";
  readonly const_scale?: number;
  readonly p?: number;
  readonly zero_norm?: string;
  readonly empty_axes?: string;
  /** Of a window: its length, and how far it reaches before and after. */
  readonly size?: number;
  readonly window?: readonly number[];
  readonly alpha?: number;
  readonly beta?: number;
  readonly bias?: number;
  readonly alpha_divided_by_size?: boolean;
}

export interface Epilogue {
  readonly op: string;
  readonly axis?: number;
  readonly alpha?: number;
  readonly beta?: number;
  readonly minValue?: number;
  readonly maxValue?: number;
}

export type CaseType = "float16" | "float32" | "float64" | "bfloat16";

type Item = number | string;

export interface InputTensor {
  readonly role: string;
  readonly dims: readonly number[];
  readonly dtype: CaseType;
  readonly data?: readonly Item[];
  readonly generator?: { readonly seed: number; readonly a: number; readonly b: number };
}

export interface OutputTensor {
  readonly role: string;
  readonly dims: readonly number[];
  readonly dtype: CaseType;
  readonly data?: readonly Item[];
  readonly sample_index?: readonly number[];
  readonly sample?: readonly Item[];
  readonly sum?: number;
  readonly sum_abs?: number;
  readonly sum_sq?: number;
}

export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
  readonly sum_rtol?: number;
  readonly ulp?: number;
  readonly ulp64?: number;
}

/** Where the cases lie: beside the checkout, since they have licences of their own and are not part of it. */
export function conformanceFolder(): string {
  const beside = fileURLToPath(new URL("../../../shared/conformance", import.meta.url));
  return resolve(process.env.NORMC_CONFORMANCE ?? beside);
}

/** The files of cases, in order of name; null where the folder is absent. */
export function caseFiles(folder = conformanceFolder()): CaseFile[] | null {
  const open = join(folder, "open");
  if (!existsSync(open)) return null;
  const files: CaseFile[] = [];
  for (const suite of readdirSync(open).sort()) {
    for (const name of readdirSync(join(open, suite)).sort()) {
      if (!name.endsWith(".json")) continue;
      files.push(JSON.parse(readFileSync(join(open, suite, name), "utf8")) as CaseFile);
    }
  }
  return files;
}

export function elements(dims: readonly number[]): number {
  return dims.reduce((product, extent) => product * extent, 1);
}

/** Numbers of a file; NaN and the infinities are written as strings, which `Number` reads. */
export function numbers(items: readonly Item[]): Float64Array {
  return Float64Array.from(items, Number);
}

/** The values of an input: those of the file, or for a real shape those of its generator. */
export function inputData(tensor: InputTensor): Float64Array {
  if (tensor.data !== undefined) return numbers(tensor.data);
  if (tensor.generator === undefined)
    throw new Error(`input ${tensor.role} has neither data nor a generator`);
  const { seed, a, b } = tensor.generator;
  const data = new Float64Array(elements(tensor.dims));
  const offset = Math.imul(seed, 0x9e3779b9);
  const { fround } = Math;
  for (let i = 0; i < data.length; i++) {
    let hash = (i + offset) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
    hash ^= hash >>> 16;
    const unit = (hash >>> 8) * 2 ** -24;
    data[i] = fround(fround(fround(unit - 0.5) * a) + b);
  }
  return data;
}

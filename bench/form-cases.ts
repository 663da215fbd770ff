/** The cases of `npm run bench:forms`: a form of the language, the plain norm that it extends, and what is allowed. */
import { readFileSync } from "node:fs";
import type { Graph } from "../src/graph/tensor/graph.ts";
import { type CheckedNorm, checkFile } from "../src/language/check/check.ts";
import { uniform } from "../src/tuning/measure/uniform.ts";

export interface Layer {
  readonly graph: Graph;
  readonly dims: Readonly<Record<string, readonly number[]>>;
  readonly params?: Readonly<Record<string, number>>;
  /** Inputs that are not any random number. */
  readonly feeds?: Readonly<Record<string, BufferSource>>;
}

export interface Form {
  readonly name: string;
  readonly layer: Layer;
  /** The plain norm, and how many times its time is allowed. */
  readonly plain?: { readonly layer: Layer; readonly allowed: number };
  /** How many copies of its bytes are allowed. */
  readonly copies?: number;
  /** The bytes that the form has to move, where it does not read all of its inputs. */
  readonly bytes?: number;
}

function normsOf(path: string, text: string): readonly CheckedNorm[] {
  const { norms } = checkFile(
    { path, text },
    () => undefined,
    (one) => {
      if (one.severity === "error") throw new Error(`${path}: ${one.code} ${one.message}`);
    },
  );
  return norms;
}

function shipped(file: string, name: string, mode: "train" | null = null): Graph {
  const text = readFileSync(new URL(`../library/${file}.norm`, import.meta.url), "utf8");
  return graphIn(normsOf(file, text), name, mode);
}

function graphIn(norms: readonly CheckedNorm[], name: string, mode: "train" | null = null): Graph {
  const graph = norms.find((one) => one.name === name)?.graphs.find((one) => one.mode === mode);
  if (graph === undefined) throw new Error(`there is no ${name} ${mode ?? ""}`);
  return graph;
}

function written(text: string): Graph {
  return graphIn(normsOf("form.norm", text), "Form");
}

function weighted(weight: string): Graph {
  return written(`norm Form {
    axes T, D
    param eps = 1e-5
    input x[T, D], ${weight}
    affine gamma[D] = 1, beta[D] = 0
    y = standardize(x over D; weight = w, eps) * gamma + beta
    output y
  }`);
}

function randomLabels(count: number, classes: number): Uint32Array<ArrayBuffer> {
  const next = uniform(3);
  return Uint32Array.from({ length: count }, () => Math.floor(next() * classes));
}

const rows = [4096, 768];
const plainLayer: Layer = { graph: shipped("layer_norm", "LayerNorm"), dims: { x: rows } };
const heads = [1024, 16, 128];
const rms = (dims: readonly number[]): Layer => ({
  graph: shipped("rms_norm", "RMSNorm"),
  dims: { x: dims },
});
const batch = [32, 64, 56, 56];
const angles = { cosine: [1024, 64], sine: [1024, 64] };

export const forms: readonly Form[] = [
  {
    name: "layer norm 4096×768, weights of the elements of a row",
    layer: { graph: weighted("w[D]"), dims: { x: rows, w: [768] } },
    plain: { layer: plainLayer, allowed: 1.3 },
  },
  {
    name: "layer norm 4096×768, weights of every element (half as many bytes again)",
    layer: { graph: weighted("w[T, D]"), dims: { x: rows, w: rows } },
    plain: { layer: plainLayer, allowed: 1.3 },
  },
  {
    name: "LocalResponseNorm 1×64×56×56, size 5",
    layer: {
      graph: shipped("local_response_norm", "LocalResponseNorm"),
      dims: { x: [1, 64, 56, 56] },
    },
    copies: 2.5,
  },
  {
    name: "causal mean 64×4096",
    layer: {
      graph: written("norm Form { axes N, T input x[N, T] y = mean(x over T; before = inf) output y }"),
      dims: { x: [64, 4096] },
    },
    copies: 2.5,
  },
  {
    name: "ConditionalBatchNorm 32×64×56×56, 1000 classes, training",
    layer: {
      graph: shipped("conditional_batch_norm", "ConditionalBatchNorm", "train"),
      dims: { x: batch, label: [32] },
      feeds: { label: randomLabels(32, 1000) },
    },
    plain: {
      layer: { graph: shipped("batch_norm", "BatchNorm", "train"), dims: { x: batch } },
      allowed: 1.2,
    },
  },
  {
    name: "RMSNormRotary 1024×16×128",
    layer: { graph: shipped("rotary_norm", "RMSNormRotary"), dims: { x: heads, ...angles } },
    plain: { layer: rms(heads), allowed: 1.15 },
    copies: 1.3,
  },
  {
    name: "QKNorm 1024×3×16×128: q and k of a fused qkv, beside RMS norm of as many rows",
    layer: {
      graph: shipped("rotary_norm", "QKNorm"),
      dims: { qkv: [1024, 3, 16, 128], ...angles },
    },
    plain: { layer: rms([1024, 32, 128]), allowed: 1.15 },
    copies: 1.3,
    // q and k read and written, cosine and sine.
    bytes: 4 * 1024 * (4 * 16 * 128 + 2 * 64),
  },
  {
    name: "RMSNormQuant 512×4096",
    layer: { graph: shipped("quantized_norm", "RMSNormQuant"), dims: { x: [512, 4096] } },
    plain: { layer: rms([512, 4096]), allowed: 1.15 },
    copies: 1.3,
  },
  {
    name: "RMSNormQuant 4096×768",
    layer: { graph: shipped("quantized_norm", "RMSNormQuant"), dims: { x: rows } },
    plain: { layer: rms(rows), allowed: 1.15 },
    copies: 1.3,
  },
];

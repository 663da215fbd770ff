import { batchNormInfer, batchNormTrain } from "./families/batch.ts";
import { groupNorm, instanceNorm, instanceNormRunning, skipGroupNorm } from "./families/group.ts";
import { layerNorm, rmsNorm, skipLayerNorm, skipRmsNorm } from "./families/layer.ts";
import { localResponseNorm } from "./families/response.ts";
import { logSoftmax, lpNorm, meanVarianceNorm, softmax } from "./families/vector.ts";
import { weightStandardization } from "./families/weight.ts";
import { type Case, type CaseType, inputData, numbers, type OutputTensor, type Tolerance } from "./read.ts";
import { isGradient, type Plan, type Spec } from "./spec.ts";

/** A case in the words of the compiler. */
export interface Run {
  readonly id: string;
  readonly spec: Spec;
  readonly mode?: "train" | "infer";
  readonly set: Readonly<Record<string, number>>;
  readonly feeds: Readonly<Record<string, Feed>>;
  readonly expect: readonly Expectation[];
  /** The element type of x, and of whatever names none of its own. */
  readonly dtype: Dtype;
  readonly grad: boolean;
}

export type Dtype = "f32" | "f16";

export interface Feed {
  readonly dims: readonly number[];
  readonly data: Float64Array;
  readonly type: Dtype;
}

export interface Expectation {
  /** The name of the output in the spec, of a state that it updates, or `d_` and the name of an input. */
  readonly output: string;
  readonly want: Want;
  readonly tolerance: Tolerance;
  readonly type: Dtype;
}

export type Want =
  | { readonly kind: "all"; readonly dims: readonly number[]; readonly data: Float64Array }
  | {
      readonly kind: "samples";
      readonly dims: readonly number[];
      readonly index: readonly number[];
      readonly data: Float64Array;
      readonly sum: number;
      readonly sumAbs: number;
      readonly sumSq: number;
    };

const notRun: Readonly<Record<string, string>> = {
  batch_norm_grad_given_stats: "not asked for: the gradient at statistics that are not those of the batch",
  scale_by_std: "not asked for: x / std without centring, a quirk of one layer of Keras",
};

const families: Readonly<Record<string, (c: Case) => Plan>> = {
  batch_norm_infer: batchNormInfer,
  batch_norm_train: batchNormTrain,
  group_norm: groupNorm,
  instance_norm: instanceNorm,
  instance_norm_running: instanceNormRunning,
  layer_norm: layerNorm,
  log_softmax: logSoftmax,
  lp_norm: lpNorm,
  lrn: localResponseNorm,
  mvn: meanVarianceNorm,
  rms_norm: rmsNorm,
  skip_group_norm: skipGroupNorm,
  skip_layer_norm: skipLayerNorm,
  skip_rms_norm: skipRmsNorm,
  softmax,
  weight_std: weightStandardization,
};

/** Which norm runs a case, or why none does. Cheap: no data is made. */
export function planCase(c: Case): Plan | { readonly skip: string } {
  const reason = notRun[c.family];
  if (reason !== undefined) return { skip: reason };
  const plan = families[c.family.replace(/_grad$/, "")];
  if (plan === undefined) return { skip: `no norm for the family ${c.family}` };
  return plan(c);
}

/** The case with its data, ready to run. */
export function toRun(c: Case): Run | { readonly skip: string } {
  const plan = planCase(c);
  if ("skip" in plan) return plan;
  const grad = c.outputs.some((tensor) => isGradient(tensor.role));
  const feeds: Record<string, Feed> = {};
  for (const tensor of c.inputs) {
    const bound = plan.inputs[tensor.role] ?? (tensor.role === "dy" && grad ? { name: "d_y" } : undefined);
    if (bound === undefined) {
      if (tensor.role === "dy") continue;
      throw new Error(`${c.id}: nothing in its norm takes ${tensor.role}`);
    }
    const data = inputData(tensor);
    // Elements in f64 are not asked for: those inputs are rounded to f32, and the tolerance allows for it.
    feeds[bound.name] = {
      dims: bound.dims ?? tensor.dims,
      data: tensor.dtype === "float64" ? data.map(Math.fround) : data,
      type: dtypeOf(tensor.dtype),
    };
  }
  return {
    id: c.id,
    spec: plan.spec,
    ...(plan.mode === undefined ? {} : { mode: plan.mode }),
    set: plan.set,
    feeds,
    expect: c.outputs.map((tensor) => expectation(c, plan, tensor)),
    dtype: dtypeOf(c.inputs.find((tensor) => tensor.role === "x")?.dtype ?? "float32"),
    grad,
  };
}

function dtypeOf(type: CaseType): Dtype {
  return type === "float16" ? "f16" : "f32";
}

function expectation(c: Case, plan: Plan, tensor: OutputTensor): Expectation {
  const of = tensor.role.slice(1);
  const output = isGradient(tensor.role) ? `d_${plan.inputs[of]?.name ?? of}` : plan.outputs[tensor.role];
  if (output === undefined) throw new Error(`${c.id}: no output of its norm is the ${tensor.role}`);
  // A role's own tolerance is that of its elements; what a sum may be off stands beside it.
  const { per_role, ...all } = c.tolerance;
  const { sum_rtol } = all;
  const own = per_role?.[tensor.role];
  const tolerance = own === undefined ? all : { ...(sum_rtol === undefined ? {} : { sum_rtol }), ...own };
  return { output, want: wanted(tensor), tolerance: widened(c, tolerance), type: dtypeOf(tensor.dtype) };
}

function wanted(tensor: OutputTensor): Want {
  if (tensor.data !== undefined) return { kind: "all", dims: tensor.dims, data: numbers(tensor.data) };
  return {
    kind: "samples",
    dims: tensor.dims,
    index: tensor.sample_index ?? [],
    data: numbers(tensor.sample ?? []),
    sum: tensor.sum ?? Number.NaN,
    sumAbs: tensor.sum_abs ?? Number.NaN,
    sumSq: tensor.sum_sq ?? Number.NaN,
  };
}

/**
 * Cases stored in f64 ask for up to the last bit of it. Their inputs are fed as f32, which moves each by up to 6e-8 of
 * itself, and a device computes in f32: 1e-5 is what the suites ask for where they store in f32.
 */
function widened(c: Case, tolerance: Tolerance): Tolerance {
  if (!c.inputs.some((tensor) => tensor.dtype === "float64")) return tolerance;
  return { atol: Math.max(tolerance.atol ?? 0, 1e-5), rtol: Math.max(tolerance.rtol ?? 0, 1e-5) };
}

import type { Case } from "../read.ts";
import {
  affine,
  axisNames,
  bind,
  finish,
  hasOutput,
  input,
  onlyOutputs,
  type Plan,
  parameter,
  range,
  type Spec,
  SpecText,
  same,
  shipped,
  xOf,
} from "../spec.ts";

const names = { x: "x", scale: "gamma", bias: "beta" };

function reduced(c: Case): readonly number[] {
  return c.canonical.axes ?? [];
}

function parameterAxes(c: Case): readonly number[] | "trailing" {
  return c.canonical.param_axes ?? "trailing";
}

/** Whether the parameters that the case has lie exactly over these axes of x, in this order. */
function parametersOver(c: Case, axes: readonly number[]): boolean {
  const { dims } = xOf(c);
  const declared = parameterAxes(c);
  if (declared !== "trailing" && !same(declared, axes)) return false;
  if (declared === "trailing" && !same(axes, range(dims.length - axes.length, dims.length))) return false;
  const extents = axes.map((axis) => dims[axis]!);
  return [input(c, "scale"), input(c, "bias")].every((t) => t === undefined || same(t.dims, extents));
}

function overLast(c: Case): boolean {
  const last = xOf(c).dims.length - 1;
  return last >= 0 && same(reduced(c), [last]) && parametersOver(c, [last]);
}

/** The shipped layer norm that says the same, where there is one. */
function shippedLayerNorm(c: Case): Spec | null {
  const rank = xOf(c).dims.length;
  if (!onlyOutputs(c, "y") || c.canonical.epilogue !== undefined) return null;
  if (overLast(c)) return shipped("layer_norm", "LayerNorm");
  if (same(reduced(c), [1]) && parametersOver(c, [1])) return shipped("layer_norm", "LayerNormChannels");
  const inner = range(1, rank);
  if (rank > 1 && same(reduced(c), inner) && parametersOver(c, inner)) {
    return shipped("layer_norm", "LayerNormAll");
  }
  return null;
}

export function layerNorm(c: Case): Plan {
  const eps = c.canonical.epsilon ?? 1e-5;
  const spec = shippedLayerNorm(c);
  if (spec !== null) return { spec, set: { eps }, inputs: bind(c, names), outputs: { y: "y" } };
  const text = new SpecText(xOf(c).dims).param("eps", eps);
  return normalized(c, text, "x").plan();
}

export function skipLayerNorm(c: Case): Plan {
  const eps = c.canonical.epsilon ?? 1e-5;
  const { dims } = xOf(c);
  const skip = input(c, "skip");
  if (overLast(c) && onlyOutputs(c, "y", "sum") && same(skip?.dims ?? [], dims)) {
    const inputs = bind(c, { ...names, skip: "residual", residual_bias: "bias" });
    const spec = shipped("add_layer_norm", "AddLayerNorm");
    return { spec, set: { eps }, inputs, outputs: { y: "y", sum: "h" } };
  }
  return normalized(c, withSkip(c, eps), "h").plan();
}

/** The equations of a layer norm of `value`, its parameters and the statistics that the case wants back. */
function normalized(c: Case, text: SpecText, value: string): SpecText {
  const over = axisNames(reduced(c)).join(", ");
  const axes = parameterAxes(c);
  text
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes });
  // Over no axes at all an element is its own mean (WebNN's empty list of axes, and its scalars).
  if (over === "") text.line(`y = ${affine(c, `(${value} - ${value}) * rsqrt(eps)`)}`).output("y");
  else if (onlyOutputs(c, "y", "sum")) {
    text.line(...finish(c, affine(c, `standardize(${value} over ${over}; eps)`))).output("y");
  } else {
    text.line(`mu = mean(${value} over ${over})`, `v = var(${value} over ${over})`);
    text.line(...finish(c, affine(c, `(${value} - mu) * rsqrt(v + eps)`))).output("y");
    if (hasOutput(c, "mean")) text.line("mean_out = mu").output("mean", "mean_out");
    if (hasOutput(c, "inv_std")) text.line("inv_std = rsqrt(v + eps)").output("inv_std");
  }
  if (hasOutput(c, "sum")) text.output("sum", "h");
  return text;
}

/** A text that begins with `h`: x, the skip connection and the bias of the layer before. */
function withSkip(c: Case, eps: number): SpecText {
  const residualBias = input(c, "residual_bias");
  return new SpecText(xOf(c).dims)
    .param("eps", eps)
    .tensor("input", input(c, "skip"), {})
    .tensor("affine", residualBias, { initial: 0 })
    .line(`h = x + skip${residualBias ? " + residual_bias" : ""}`);
}

export function rmsNorm(c: Case): Plan {
  const eps = c.canonical.epsilon ?? 1e-6;
  if (overLast(c) && onlyOutputs(c, "y") && input(c, "bias") === undefined) {
    const spec = shipped("rms_norm", "RMSNorm");
    return { spec, set: { eps }, inputs: bind(c, names), outputs: { y: "y" } };
  }
  return rootMeanSquare(c, new SpecText(xOf(c).dims).param("eps", eps), "x").plan();
}

export function skipRmsNorm(c: Case): Plan {
  const eps = c.canonical.epsilon ?? 1e-6;
  const plain = input(c, "bias") === undefined && input(c, "residual_bias") === undefined;
  const sameShape = same(input(c, "skip")?.dims ?? [], xOf(c).dims);
  if (plain && sameShape && overLast(c) && onlyOutputs(c, "y", "sum")) {
    const inputs = bind(c, { ...names, skip: "residual" });
    const spec = shipped("rms_norm", "AddRMSNorm");
    return { spec, set: { eps }, inputs, outputs: { y: "y", sum: "h" } };
  }
  return rootMeanSquare(c, withSkip(c, eps), "h").plan();
}

function rootMeanSquare(c: Case, text: SpecText, value: string): SpecText {
  const over = axisNames(reduced(c)).join(", ");
  const axes = parameterAxes(c);
  const square = over === "" ? `${value}^2` : `mean(${value}^2 over ${over})`;
  text
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes })
    .line(`r = rsqrt(${square} + eps)`)
    .line(...finish(c, affine(c, `${value} * r`)))
    .output("y");
  if (hasOutput(c, "inv_std")) text.line("inv_std = r").output("inv_std");
  if (hasOutput(c, "sum")) text.output("sum", "h");
  return text;
}

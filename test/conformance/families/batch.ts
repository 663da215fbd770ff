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
  SpecText,
  same,
  shipped,
  xOf,
} from "../spec.ts";

/** The axes that the parameters stand for. "trailing": those of numpy's broadcasting from the right. */
function parameterAxes(c: Case): readonly number[] | "trailing" {
  const { channel_axis, channel_axes, param_broadcast } = c.canonical;
  if (channel_axes !== undefined || param_broadcast === "trailing") return "trailing";
  if (param_broadcast?.startsWith("nonspatial")) return range(1, xOf(c).dims.length);
  return typeof channel_axis === "number" ? [channel_axis] : [];
}

/** The axes that the statistics of a batch run over: all that the parameters do not stand for. */
function reducedAxes(c: Case): number[] {
  const axes = parameterAxes(c);
  const kept = axes === "trailing" ? c.canonical.channel_axes : axes;
  if (kept === undefined) throw new Error(`${c.id}: which axes are the channels?`);
  return range(0, xOf(c).dims.length).filter((axis) => !kept.includes(axis));
}

/** Whether the shipped BatchNorm says the same: channels are axis 1, one parameter each, nothing fused after. */
function isBatchNorm(c: Case): boolean {
  const axes = parameterAxes(c);
  return axes !== "trailing" && same(axes, [1]) && c.canonical.epilogue === undefined;
}

const batchNorm = shipped("batch_norm", "BatchNorm");
const affineNames = { x: "x", scale: "gamma", bias: "beta" };

export function batchNormInfer(c: Case): Plan {
  // States have no gradients, so where those of mean and variance are asked for they are inputs of a text.
  const shippedNorm = isBatchNorm(c) && !hasOutput(c, "dmean") && !hasOutput(c, "dvar");
  const eps = c.canonical.epsilon ?? 1e-5;
  if (shippedNorm) {
    const names = { ...affineNames, mean: "running_mean", var: "running_var" };
    return { spec: batchNorm, mode: "infer", set: { eps }, inputs: bind(c, names), outputs: { y: "y" } };
  }
  const axes = parameterAxes(c);
  return new SpecText(xOf(c).dims)
    .param("eps", eps)
    .tensor("input", input(c, "mean"), { name: "mean_in", axes })
    .tensor("input", input(c, "var"), { name: "var_in", axes })
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes })
    .tensor("input", input(c, "slope"), {})
    .line(...finish(c, affine(c, "(x - mean_in) * rsqrt(var_in + eps)")))
    .output("y")
    .plan();
}

export function batchNormTrain(c: Case): Plan {
  const { canonical } = c;
  if ((canonical.steps ?? 1) !== 1) throw new Error(`${c.id}: several steps of training in one case`);
  const eps = canonical.epsilon ?? 1e-5;
  const momentum = shareOfBatch(c);
  const biased = canonical.running_var === "biased";
  if (isBatchNorm(c) && !biased && onlyOutputs(c, "y", "running_mean", "running_var")) {
    const names = { ...affineNames, running_mean: "running_mean", running_var: "running_var" };
    return {
      spec: batchNorm,
      mode: "train",
      set: { eps, momentum },
      inputs: bind(c, names),
      outputs: { y: "y", running_mean: "running_mean", running_var: "running_var" },
    };
  }
  const axes = parameterAxes(c);
  const over = axisNames(reducedAxes(c)).join(", ");
  const text = new SpecText(xOf(c).dims).param("eps", eps);
  const states = input(c, "running_mean") !== undefined;
  if (states) text.param("momentum", momentum);
  text
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes })
    .tensor("state", input(c, "running_mean"), { initial: 0, axes })
    .tensor("state", input(c, "running_var"), { initial: 1, axes })
    .tensor("input", input(c, "slope"), {});
  if (states) {
    text.line(
      "on train {",
      `  mu = mean(x over ${over})`,
      `  v  = var(x over ${over})`,
      ...(biased ? [] : [`  n  = size(${over})`]),
      "  running_mean <- lerp(running_mean, mu, momentum)",
      `  running_var  <- lerp(running_var, ${biased ? "v" : "v * n / max(n - 1, 1)"}, momentum)`,
      "}",
      "on infer { mu = running_mean; v = running_var }",
    );
    text.updated("running_mean").updated("running_var");
  } else {
    text.line(`mu = mean(x over ${over})`, `v = var(x over ${over})`);
  }
  text.line(...finish(c, affine(c, "(x - mu) * rsqrt(v + eps)"))).output("y");
  const statistics = {
    saved_mean: "mu",
    saved_inv_std: "rsqrt(v + eps)",
    saved_var: "v",
    batch_mean: "mu",
    batch_var: "v",
  };
  for (const [role, value] of Object.entries(statistics)) {
    if (hasOutput(c, role)) text.line(`${role} = ${value}`).output(role);
  }
  return text.plan(states ? "train" : undefined);
}

/** How much of the batch goes into the running statistics; ONNX and Keras count what stays. */
function shareOfBatch(c: Case): number {
  const { momentum, momentum_convention } = c.canonical;
  if (momentum === undefined) return 0.1;
  return momentum_convention?.startsWith("running = momentum*running") ? 1 - momentum : momentum;
}

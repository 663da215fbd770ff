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
  shipped,
  xOf,
} from "../spec.ts";

function channelAxis(c: Case): number {
  const { channel_axis } = c.canonical;
  if (typeof channel_axis !== "number") throw new Error(`${c.id} names no channel axis`);
  return channel_axis;
}

function spatialAxes(c: Case): string[] {
  const channel = channelAxis(c);
  return axisNames(range(1, xOf(c).dims.length).filter((axis) => axis !== channel));
}

function isSilu(c: Case): boolean {
  const { activation } = c.canonical;
  if (activation === undefined || activation === "none") return false;
  if (activation === "silu" || activation === "swish") return true;
  throw new Error(`no equation for the activation ${activation}`);
}

const names = { x: "x", scale: "gamma", bias: "beta" };

export function groupNorm(c: Case): Plan {
  const { epsilon = 1e-5, num_groups = 1, param_shape, epilogue } = c.canonical;
  const channel = channelAxis(c);
  const perGroup = param_shape === "per_group";
  const set = { G: num_groups, eps: epsilon };
  if (channel === 1 && !perGroup && epilogue === undefined && onlyOutputs(c, "y")) {
    const spec = shipped("group_norm", isSilu(c) ? "GroupNormSiLU" : "GroupNorm");
    return { spec, set, inputs: bind(c, names), outputs: { y: "y" } };
  }
  const text = new SpecText(xOf(c).dims, { axis: channel, into: "G * K" })
    .param("G", num_groups)
    .param("eps", epsilon);
  if (perGroup) {
    text.factorTensor(parameter(c, "scale"), "G", 1).factorTensor(parameter(c, "bias"), "G", 0);
  } else {
    text
      .tensor("affine", parameter(c, "scale"), { initial: 1, axes: [channel] })
      .tensor("affine", parameter(c, "bias"), { initial: 0, axes: [channel] });
  }
  const over = ["K", ...spatialAxes(c)].join(", ");
  const value = affine(c, `standardize(x over ${over}; eps)`);
  return text
    .line(...finish(c, isSilu(c) ? `silu(${value})` : value))
    .output("y")
    .plan();
}

/** Channels last, the sum of x and skip first. A skip of rank 2 is one of samples and channels. */
export function skipGroupNorm(c: Case): Plan {
  const { epsilon, num_groups } = c.canonical;
  const channel = channelAxis(c);
  const skip = input(c, "skip");
  const residualBias = input(c, "residual_bias");
  const over = ["K", ...spatialAxes(c)].join(", ");
  const value = affine(c, `standardize(h over ${over}; eps)`);
  const text = new SpecText(xOf(c).dims, { axis: channel, into: "G * K" })
    .param("G", num_groups)
    .param("eps", epsilon)
    .tensor("input", skip, { axes: skip?.dims.length === 2 ? [0, channel] : "trailing" })
    .tensor("affine", residualBias, { initial: 0, axes: [channel] })
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes: [channel] })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes: [channel] })
    .line(`h = x + skip${residualBias ? " + residual_bias" : ""}`)
    .line(`y = ${isSilu(c) ? `silu(${value})` : value}`)
    .output("y");
  if (hasOutput(c, "sum")) text.output("sum", "h");
  return text.plan();
}

export function instanceNorm(c: Case): Plan {
  const { epsilon = 1e-5, epilogue } = c.canonical;
  const channel = channelAxis(c);
  if (channel === 1 && epilogue === undefined) {
    const spec = shipped("instance_norm", "InstanceNorm");
    return { spec, set: { eps: epsilon }, inputs: bind(c, names), outputs: { y: "y" } };
  }
  const over = spatialAxes(c).join(", ");
  return new SpecText(xOf(c).dims)
    .param("eps", epsilon)
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes: [channel] })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes: [channel] })
    .line(...finish(c, affine(c, `standardize(x over ${over}; eps)`)))
    .output("y")
    .plan();
}

/** As PyTorch keeps them: the running variance is the mean over the batch of the unbiased ones. */
export function instanceNormRunning(c: Case): Plan {
  const { epsilon, momentum } = c.canonical;
  const axes = [channelAxis(c)];
  const over = spatialAxes(c).join(", ");
  return new SpecText(xOf(c).dims)
    .param("eps", epsilon)
    .param("momentum", momentum)
    .tensor("affine", parameter(c, "scale"), { initial: 1, axes })
    .tensor("affine", parameter(c, "bias"), { initial: 0, axes })
    .tensor("state", input(c, "running_mean"), { initial: 0, axes })
    .tensor("state", input(c, "running_var"), { initial: 1, axes })
    .line(
      `mu = mean(x over ${over})`,
      `v  = var(x over ${over})`,
      `n  = size(${over})`,
      "on train {",
      "  running_mean <- lerp(running_mean, mean(mu over A0), momentum)",
      "  running_var  <- lerp(running_var, mean(v over A0) * n / max(n - 1, 1), momentum)",
      "}",
    )
    .line(`y = ${affine(c, "(x - mu) * rsqrt(v + eps)")}`)
    .output("y")
    .updated("running_mean")
    .updated("running_var")
    .plan("train");
}

import type { Case } from "../read.ts";
import { axisNames, bind, input, type Plan, range, SpecText, same, shipped, xOf } from "../spec.ts";

function reduced(c: Case): readonly number[] {
  return c.canonical.axes ?? [];
}

function overLast(c: Case): boolean {
  return same(reduced(c), [xOf(c).dims.length - 1]);
}

export function softmax(c: Case): Plan {
  return exponential(c, "Softmax");
}

export function logSoftmax(c: Case): Plan {
  return exponential(c, "LogSoftmax");
}

function exponential(c: Case, norm: "Softmax" | "LogSoftmax"): Plan {
  const bias = input(c, "residual_bias");
  if (overLast(c) && bias === undefined) {
    return { spec: shipped("softmax", norm), set: {}, inputs: bind(c, { x: "x" }), outputs: { y: "y" } };
  }
  const over = axisNames(reduced(c)).join(", ");
  const text = new SpecText(xOf(c).dims).tensor("input", bias, {});
  const a = bias ? "a" : "x";
  if (bias) text.line("a = x + residual_bias");
  text.line(`z = ${a} - max(${a} over ${over})`);
  if (norm === "Softmax") text.line("e = exp(z)", `y = e / sum(e over ${over})`);
  else text.line(`y = z - log(sum(exp(z) over ${over}))`);
  return text.output("y").plan();
}

export function lpNorm(c: Case): Plan {
  const { p = 2, epsilon_placement, zero_norm, empty_axes } = c.canonical;
  const eps = c.canonical.epsilon ?? 0;
  if (overLast(c) && (p === 1 || p === 2)) {
    const spec = shipped("vector_norm", p === 1 ? "L1Norm" : "L2Norm");
    const inputs = bind(c, { x: "x" });
    if (epsilon_placement === "max_norm") return { spec, set: { eps }, inputs, outputs: { y: "y" } };
    // A zero row stays zero with any eps, so these take the default.
    if (zero_norm === "output 0") return { spec, set: {}, inputs, outputs: { y: "y" } };
  }
  const text = new SpecText(xOf(c).dims);
  if (epsilon_placement !== undefined && empty_axes === undefined) text.param("eps", eps);
  return text
    .line(...lpEquations(c, p))
    .output("y")
    .plan();
}

function lpEquations(c: Case, p: number): string[] {
  const { epsilon_placement, zero_norm, empty_axes } = c.canonical;
  if (empty_axes !== undefined) return ["y = where(x == 0, 0, 1)"];
  const over = axisNames(reduced(c)).join(", ");
  if (p === 2) {
    const square = `s = sum(x^2 over ${over})`;
    if (epsilon_placement === "add_inside_sqrt") return [square, "y = x * rsqrt(s + eps)"];
    if (epsilon_placement === "max_inside_sqrt") return [square, "y = x * rsqrt(max(s, eps))"];
  }
  const norm =
    p === 1
      ? `n = sum(abs(x) over ${over})`
      : p === 2
        ? `n = sqrt(sum(x^2 over ${over}))`
        : `n = sum(abs(x)^${p} over ${over})^(1 / ${p})`;
  if (epsilon_placement === "max_norm") return [norm, "y = x / max(n, eps)"];
  if (epsilon_placement !== undefined) throw new Error(`${c.id}: epsilon ${epsilon_placement} with p = ${p}`);
  return [norm, zero_norm === "output 0" ? "y = where(n == 0, 0, x / n)" : "y = x / n"];
}

export function meanVarianceNorm(c: Case): Plan {
  const { epsilon_placement, normalize_variance = true } = c.canonical;
  const eps = c.canonical.epsilon ?? 1e-9;
  const { dims } = xOf(c);
  const allButChannels = range(0, dims.length).filter((axis) => axis !== 1);
  const outside = epsilon_placement === "outside_sqrt";
  if (dims.length > 1 && same(reduced(c), allButChannels) && outside && normalize_variance) {
    const spec = shipped("vector_norm", "MeanVarianceNorm");
    return { spec, set: { eps }, inputs: bind(c, { x: "x" }), outputs: { y: "y" } };
  }
  const over = axisNames(reduced(c)).join(", ");
  const text = new SpecText(dims);
  if (!normalize_variance) return text.line(`y = x - mean(x over ${over})`).output("y").plan();
  text.param("eps", eps);
  const value = outside
    ? `(x - mean(x over ${over})) / (sqrt(var(x over ${over})) + eps)`
    : `standardize(x over ${over}; eps)`;
  return text.line(`y = ${value}`).output("y").plan();
}

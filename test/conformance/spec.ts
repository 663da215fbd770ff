import type { Case, Epilogue, InputTensor } from "./read.ts";

/** Which norm a case runs: one of the shipped ones, or a small text of its own. */
export type Spec =
  | { readonly source: "library"; readonly path: string; readonly norm: string }
  | { readonly source: "text"; readonly text: string; readonly norm: string };

/** What a family makes of a case: the norm, and under which names its roles go by there. */
export interface Plan {
  readonly spec: Spec;
  readonly mode?: "train" | "infer";
  readonly set: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, Bound>>;
  /** Role of an output to the name of an output (or of a state that the norm updates). */
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Bound {
  readonly name: string;
  /** Where the norm sees fewer dimensions than the case writes: those it broadcasts are dropped. */
  readonly dims?: readonly number[];
}

export function shipped(file: string, norm: string): Spec {
  return { source: "library", path: `library/${file}.norm`, norm };
}

export function input(c: Case, role: string): InputTensor | undefined {
  return c.inputs.find((tensor) => tensor.role === role);
}

export function xOf(c: Case): InputTensor {
  const x = input(c, "x");
  if (x === undefined) throw new Error(`${c.id} has no x`);
  return x;
}

/** A parameter that the case feeds, or leaves at its initial value and wants the gradient of. */
export function parameter(c: Case, role: string): InputTensor | undefined {
  return input(c, role) ?? unfed(c, role);
}

function unfed(c: Case, role: string): InputTensor | undefined {
  const gradient = c.outputs.find((tensor) => tensor.role === `d${role}`);
  return gradient && { role, dims: gradient.dims, dtype: gradient.dtype };
}

/** The names of those of these roles that the case has. */
export function bind(c: Case, names: Readonly<Record<string, string>>): Record<string, Bound> {
  const bound: Record<string, Bound> = {};
  for (const [role, name] of Object.entries(names)) if (parameter(c, role)) bound[role] = { name };
  return bound;
}

export function hasOutput(c: Case, role: string): boolean {
  return c.outputs.some((tensor) => tensor.role === role);
}

/** Whether the case asks for no outputs (gradients aside) but these. */
export function onlyOutputs(c: Case, ...roles: string[]): boolean {
  return c.outputs.every((tensor) => roles.includes(tensor.role) || isGradient(tensor.role));
}

export function isGradient(role: string): boolean {
  return /^d(x|scale|bias|mean|var|gain)$/.test(role);
}

export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

export function same(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The text of a norm whose x has one named axis a dimension, `A0` the slowest. */
export class SpecText {
  readonly #dims: readonly number[];
  readonly #axes: string[];
  readonly #tensors: string[] = [];
  readonly #body: string[] = [];
  readonly #outputs: string[] = [];
  readonly #inputs: Record<string, Bound> = { x: { name: "x" } };
  readonly #outputNames: Record<string, string> = {};
  readonly #set: Record<string, number> = {};

  constructor(dims: readonly number[], split?: { axis: number; into: string }) {
    this.#dims = dims;
    this.#axes = dims.map((_, i) => (i === split?.axis ? `A${i} = ${split.into}` : `A${i}`));
    this.#tensors.push(`  input  ${declare("x", axisNames(range(0, dims.length)))}`);
  }

  param(name: string, value: number | undefined): this {
    this.#set[name] = value ?? 0;
    return this;
  }

  /** Declares a tensor of a case where the case has it. Its dimensions stand for `axes` of x, in that order. */
  tensor(keyword: "input" | "affine" | "state", from: InputTensor | undefined, options: TensorOptions): this {
    if (from === undefined) return this;
    const name = options.name ?? from.role;
    const initial = options.initial === undefined ? "" : ` = ${options.initial}`;
    const { axes, dims } = this.#place(from, options.axes ?? "trailing");
    this.#tensors.push(`  ${keyword.padEnd(6)} ${declare(name, axes)}${initial}`);
    this.#inputs[from.role] = { name, dims };
    return this;
  }

  /** Declares a tensor over axes that are none of x: factors of a split axis. */
  factorTensor(from: InputTensor | undefined, factor: string, initial: number): this {
    if (from === undefined) return this;
    this.#tensors.push(`  affine ${from.role}[${factor}] = ${initial}`);
    this.#inputs[from.role] = { name: from.role };
    return this;
  }

  line(...lines: string[]): this {
    for (const line of lines) this.#body.push(`  ${line}`);
    return this;
  }

  output(role: string, name = role): this {
    this.#outputs.push(name);
    this.#outputNames[role] = name;
    return this;
  }

  /** An output of the run that is none of the norm: the new value of a state. */
  updated(role: string): this {
    this.#outputNames[role] = role;
    return this;
  }

  plan(mode?: "train" | "infer"): Plan {
    const params = Object.keys(this.#set).map((name) => `${name} = ${defaults[name] ?? 1}`);
    const text = [
      "norm Case {",
      ...(this.#axes.length > 0 ? [`  axes   ${this.#axes.join(", ")}`] : []),
      ...(params.length > 0 ? [`  param  ${params.join(", ")}`] : []),
      ...this.#tensors,
      "",
      ...this.#body,
      "",
      `  output ${this.#outputs.join(", ")}`,
      "}",
      "",
    ].join("\n");
    return {
      spec: { source: "text", text, norm: "Case" },
      ...(mode === undefined ? {} : { mode }),
      set: this.#set,
      inputs: this.#inputs,
      outputs: this.#outputNames,
    };
  }

  /** The axes that a tensor really has: a dimension of 1 against a longer one of x is broadcast, so not there. */
  #place(tensor: InputTensor, axes: readonly number[] | "trailing"): { axes: string[]; dims: number[] } {
    const missing = this.#dims.length - tensor.dims.length;
    const aligned = axes === "trailing" ? tensor.dims.map((_, i) => i + missing) : axes;
    const placed: { axes: string[]; dims: number[] } = { axes: [], dims: [] };
    tensor.dims.forEach((extent, i) => {
      const axis = aligned[i];
      if (axis !== undefined && axis >= 0 && this.#dims[axis] === extent) {
        placed.axes.push(`A${axis}`);
        placed.dims.push(extent);
      } else if (extent !== 1) {
        throw new Error(`${tensor.role}[${tensor.dims}] does not go with x[${this.#dims}]`);
      }
    });
    return placed;
  }
}

export interface TensorOptions {
  readonly name?: string;
  readonly initial?: number;
  readonly axes?: readonly number[] | "trailing";
}

// One default for all, so that cases of one form share one text; each case sets its own value.
const defaults: Readonly<Record<string, number>> = { eps: 1e-5, momentum: 0.1 };

export function axisNames(axes: readonly number[]): string[] {
  return axes.map((axis) => `A${axis}`);
}

function declare(name: string, axes: readonly string[]): string {
  return axes.length === 0 ? name : `${name}[${axes.join(", ")}]`;
}

/** `expression`, scaled and shifted by what the case has of scale and bias. */
export function affine(c: Case, expression: string): string {
  const scaled = parameter(c, "scale") ? `${expression} * scale` : expression;
  return parameter(c, "bias") ? `${scaled} + bias` : scaled;
}

/** The equations that put `value` through the functions fused after a norm, and end in `y`. */
export function finish(c: Case, value: string): string[] {
  const steps = c.canonical.epilogue ?? [];
  if (steps.length === 0) return [`y = ${value}`];
  const lines = [`z0 = ${value}`];
  steps.forEach((step, i) => {
    const to = i === steps.length - 1 ? "y" : `z${i + 1}`;
    lines.push(...fused(step, `z${i}`, to));
  });
  return lines;
}

/** One fused function, as WebNN and ONNX define it: their constants are not always those of the built-ins. */
function fused(step: Epilogue, z: string, to: string): string[] {
  const { alpha, beta } = step;
  switch (step.op) {
    case "relu":
    case "sigmoid":
    case "tanh":
    case "gelu":
    case "softplus":
    case "silu":
      return [`${to} = ${step.op}(${z})`];
    case "clamp": {
      const low = step.minValue === undefined ? z : `max(${z}, ${step.minValue})`;
      return [`${to} = ${step.maxValue === undefined ? low : `min(${low}, ${step.maxValue})`}`];
    }
    case "prelu":
      return [`${to} = where(${z} < 0, slope * ${z}, ${z})`];
    case "leakyRelu":
      return [`${to} = where(${z} < 0, ${alpha ?? 0.01} * ${z}, ${z})`];
    case "elu":
      return [`${to} = where(${z} < 0, ${alpha ?? 1} * (exp(min(${z}, 0)) - 1), ${z})`];
    case "linear":
      return [`${to} = ${alpha ?? 1} * ${z} + ${beta ?? 0}`];
    case "softsign":
      return [`${to} = ${z} / (1 + abs(${z}))`];
    case "hardSigmoid":
      return [`${to} = clamp(${alpha ?? 0.2} * ${z} + ${beta ?? 0.5}, 0, 1)`];
    case "hardSwish":
      return [`${to} = ${z} * clamp(${z} + 3, 0, 6) / 6`];
    case "softmax": {
      const axis = `A${step.axis ?? 1}`;
      return [`e = exp(${z} - max(${z} over ${axis}))`, `${to} = e / sum(e over ${axis})`];
    }
    default:
      throw new Error(`no equation for the fused function ${step.op}`);
  }
}

/** How a user of ONNX Runtime writes each layer: with its operator if there is one, else composed of smaller ones. */
import type { BenchCase } from "../cases.ts";
import type { CaseData } from "../data.ts";
import { product } from "../view.ts";

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | { float: number } | readonly number[]>>;
}

export interface Constant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | readonly number[];
}

export interface Recipe {
  readonly note: string;
  readonly constants: readonly Constant[];
  /** One layer from a tensor to another. Names of tensors in between begin with the prefix. */
  layer(from: string, to: string, prefix: string): readonly Node[];
}

export function recipe(one: BenchCase, data: CaseData, provider: "webgpu" | "cpu"): Recipe {
  const { op, shape, groups } = one;
  const epsilon = { float: one.eps };
  const perChannel = (name: string, values: Float32Array): Constant => ({
    name,
    dims: [values.length],
    values,
  });
  const affine = [perChannel("gamma", data.gamma), perChannel("beta", data.beta)];
  const running = [...affine, perChannel("mean", data.mean), perChannel("variance", data.variance)];
  const single = (
    name: string,
    inputs: readonly string[],
    constants: readonly Constant[],
    attributes: NonNullable<Node["attributes"]>,
  ): Recipe => ({
    note: name,
    constants,
    layer: (from, to) => [{ op: name, inputs: [from, ...inputs], outputs: [to], attributes }],
  });
  switch (op) {
    case "layer":
      return single("LayerNormalization", ["gamma", "beta"], affine, { axis: -1, epsilon });
    case "rms":
      return single("SimplifiedLayerNormalization", ["gamma"], affine.slice(0, 1), { axis: -1, epsilon });
    case "instance":
      return single("InstanceNormalization", ["gamma", "beta"], affine, { epsilon });
    case "group":
      return single("GroupNormalization", ["gamma", "beta"], affine, { num_groups: groups, epsilon });
    case "batch-infer":
      return single("BatchNormalization", ["gamma", "beta", "mean", "variance"], running, { epsilon });
    case "layer-channels":
      return channelsLast(shape.length, affine, epsilon);
    case "batch-train":
      // The webgpu provider of 1.30 fails with "BatchNormalization trainingMode is not supported yet".
      if (provider === "cpu") return trained(running, epsilon);
      return composed(one, data, without(shape.length, 1), [1, shape[1]!, ...shape.slice(2).map(() => 1)]);
    case "weight":
      return composed(one, data, without(shape.length, 0), undefined);
    case "scaled-weight":
      return composed(one, data, without(shape.length, 0), [shape[0]!, ...shape.slice(1).map(() => 1)]);
  }
}

/** The new running statistics are outputs, which nobody reads. */
function trained(constants: readonly Constant[], epsilon: { float: number }): Recipe {
  return {
    note: "BatchNormalization, training_mode",
    constants,
    layer: (from, to, p) => [
      {
        op: "BatchNormalization",
        inputs: [from, "gamma", "beta", "mean", "variance"],
        outputs: [to, `${p}mean`, `${p}variance`],
        attributes: { epsilon, training_mode: 1 },
      },
    ],
  };
}

/** As exporters write it: transposed, normalized over the last axis, transposed back. */
function channelsLast(rank: number, constants: readonly Constant[], epsilon: { float: number }): Recipe {
  const last = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1];
  const first = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  return {
    note: "Transpose, LayerNormalization, Transpose",
    constants,
    layer: (from, to, p): readonly Node[] => [
      { op: "Transpose", inputs: [from], outputs: [`${p}last`], attributes: { perm: last } },
      {
        op: "LayerNormalization",
        inputs: [`${p}last`, "gamma", "beta"],
        outputs: [`${p}normed`],
        attributes: { axis: -1, epsilon },
      },
      { op: "Transpose", inputs: [`${p}normed`], outputs: [to], attributes: { perm: first } },
    ],
  };
}

/** Two-pass: mean, differences, mean of their squares. */
function composed(
  one: BenchCase,
  data: CaseData,
  axes: readonly number[],
  affineDims: readonly number[] | undefined,
): Recipe {
  const scaled = one.op === "scaled-weight";
  const shifted = one.op === "batch-train";
  const scalar = (name: string, value: number): Constant => ({
    name,
    dims: [],
    values: Float32Array.of(value),
  });
  const constants: Constant[] = [{ name: "axes", dims: [axes.length], values: axes }, scalar("eps", one.eps)];
  if (scaled) constants.push(scalar("fanIn", product(axes.map((axis) => one.shape[axis] ?? 1))));
  if (affineDims !== undefined) constants.push({ name: "gamma", dims: affineDims, values: data.gamma });
  if (shifted) constants.push({ name: "beta", dims: affineDims ?? [], values: data.beta });
  return {
    note: "composed: ReduceMean, Sub, Mul, ReduceMean, Sqrt, Div and the affine",
    constants,
    layer(from, to, p) {
      const node = (op: string, inputs: readonly string[], output: string): Node => ({
        op,
        inputs,
        outputs: [`${p}${output}`],
        ...(op === "ReduceMean" ? { attributes: { keepdims: 1 } } : {}),
      });
      const nodes = [
        node("ReduceMean", [from, "axes"], "mean"),
        node("Sub", [from, `${p}mean`], "diff"),
        node("Mul", [`${p}diff`, `${p}diff`], "square"),
        node("ReduceMean", [`${p}square`, "axes"], "var"),
        ...(scaled
          ? [node("Mul", [`${p}var`, "fanIn"], "sum"), node("Max", [`${p}sum`, "eps"], "least")]
          : [node("Add", [`${p}var`, "eps"], "least")]),
        node("Sqrt", [`${p}least`], "root"),
        node("Div", [`${p}diff`, `${p}root`], "normed"),
        ...(affineDims === undefined ? [] : [node("Mul", [`${p}normed`, "gamma"], "scaled")]),
        ...(shifted ? [node("Add", [`${p}scaled`, "beta"], "shifted")] : []),
      ];
      const last = nodes.pop()!;
      return [...nodes, { ...last, outputs: [to] }];
    },
  };
}

function without(rank: number, axis: number): number[] {
  return Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis);
}

/**
 * Where a normalization loses digits or overflows, as its text in the model says. The figures follow from the formats: f16 has
 * 11 bits and ends at 65,504; f32 has 24 bits.
 */
import type { MappedLayer } from "../../onnx/map.ts";
import type { Finding } from "./findings.ts";

/** The largest f16. */
const largest = 65_504;

/** Operators whose attribute `stash_type` says in which type statistics are computed; 1 is f32. */
const stashing = [
  "LayerNormalization",
  "RMSNormalization",
  "GroupNormalization",
  "SimplifiedLayerNormalization",
];
/** Operators without statistics of squares. */
const harmless = ["Softmax", "LogSoftmax"];

export function hazardsOf({ layer, nodes, written, cancels }: Finding): readonly string[] {
  if ("reason" in layer) return [];
  const [node] = nodes;
  const half = layer.dtype === "f16";
  const inHalf = (text: string): string => (half ? `f16: ${text}` : `converted to f16: ${text}`);
  if (cancels) {
    return [
      "mean(x²) − mean(x)² cancels: no digit of the variance is left at |mean| / std = 4096 in f32, or 45 in f16",
      inHalf(squares),
    ];
  }
  if (written) {
    const root =
      layer.norm === "RMSNorm" ? squares : "the squares of x − mean overflow where |x − mean| > 255";
    const parts = `${root}, since each part is a tensor of the model's type`;
    // onnxruntime #31626: there is no LayerNormalization to put the parts together to.
    const apart = node !== undefined && node.version < 17 && layer.norm === "LayerNorm";
    return [
      inHalf(apart ? `${parts}, which ONNX Runtime on WebGPU leaves apart below opset 17` : parts),
      ...rowHazard(layer, inHalf),
    ];
  }
  if (node === undefined || harmless.includes(node.op)) return [];
  if (stashing.includes(node.op)) {
    const stash = node.attributes.get("stash_type") ?? 1;
    return stash === 1 ? [] : [inHalf(`stash_type is ${stash}: statistics are not f32, and ${squares}`)];
  }
  if (node.op === "BatchNormalization" && layer.mode === "infer") {
    return [
      inHalf(
        "folded into x · scale + shift, as runtimes do, the two cancel: of 11 bits log2(|running mean| / std) are lost",
      ),
    ];
  }
  return [
    inHalf(`ONNX does not say in which type ${node.op} adds up; if in f16, ${squares}`),
    ...rowHazard(layer, inHalf),
  ];
}

const squares = "the squares of x overflow where |x| > 255";

/** What a sum of a whole row does, if it is kept in f16. */
function rowHazard(
  { norm, extents, params }: MappedLayer,
  inHalf: (text: string) => string,
): readonly string[] {
  const count = rowOf(norm, extents, params);
  if (count < 2) return [];
  const ofSquares = ["RMSNorm", "L2Norm", "LocalResponseNorm"].includes(norm);
  const [what, where] = ofSquares
    ? [`${count} squares`, `the root of their mean is above ${round(Math.sqrt(largest / count))}`]
    : [`${count} elements`, `|mean| > ${round(largest / count)}`];
  return [inHalf(`a sum of ${what} that is kept in f16 overflows where ${where}`)];
}

/** How many elements a statistic is of. */
function rowOf(
  norm: string,
  { N = [], C = [], S = [], D = [] }: MappedLayer["extents"],
  { G = 1, size = 1 }: MappedLayer["params"],
): number {
  const all = (...lists: readonly (readonly number[])[]): number => lists.flat().reduce((a, b) => a * b, 1);
  switch (norm) {
    case "LocalResponseNorm":
      return size;
    case "InstanceNorm":
      return all(S);
    case "GroupNorm":
    case "GroupNormSiLU":
      return all(C, S) / G;
    case "BatchNorm":
    case "MeanVarianceNorm":
      return all(N, S);
    default:
      return all(D);
  }
}

const round = (value: number): string => String(Number(value.toPrecision(2)));

/**
 * Specs whose names have a meaning in WGSL, GLSL, JavaScript or gpu.js: each word in each place where a name can be.
 */
import type { Graph } from "../../src/graph/tensor/graph.ts";
import type { Trial } from "./compare.ts";
import { checkText } from "./library.ts";
import { normals } from "./random.ts";

export const awkwardWords = `
  user user_x user__x constants constants_1 getVar getMean getItem getFloat bitwise bitwise_x gl gl_x gl_Position webgl
  webgl_x a__b a_b a___b_ __proto__ _ v v_gl v_gl_x this thread Math NaN Infinity result kernel index value
  highp texture sampler2D mat2x2 dvec2 in out inout float int vec2 main discard equal larger smaller group pass_value
  arguments default function class var let new await yield fround round_even high_part stats_1 stat_1
  color modulo actualColor indexTo3D vTexCoord uTexSize uOutputDim legacyEncode32 data0 divWithIntCheck v1
  override f16 select LANES ROWS row lane part halves at x_at`
  .trim()
  .split(/\s+/);

/** One graph for each word. */
export function awkwardGraphs(): readonly { readonly names: string; readonly graph: Graph }[] {
  return awkwardWords.map((_, place) => {
    const [input, affine, axis, param, output] = [0, 1, 2, 3, 4].map(
      (i) => awkwardWords[(place + i) % awkwardWords.length]!,
    );
    const text = `norm Z { axes Q, ${axis} param ${param} = 2
      input ${input}[Q, ${axis}]
      affine ${affine}[${axis}] = 1
      ${output} = (${input} - mean(${input} over ${axis})) * ${affine} + ${param} * index(${axis})
      output ${output} }`;
    const [{ graphs }] = checkText({ path: "names.norm", text });
    return { names: `${input} ${affine} ${axis} ${param} ${output}`, graph: graphs[0]! };
  });
}

/** Three rows of five. */
export function awkwardTrial(graph: Graph): Trial {
  const [input, affine] = ["input", "affine"].map((role) => graph.tensors.find((one) => one.role === role)!);
  const feeds = { [input!.name]: normals(1, 15), [affine!.name]: normals(2, 5) };
  return { graph, dims: { [input!.name]: [3, 5] }, feeds };
}

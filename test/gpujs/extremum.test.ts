/** The gradient of a maximum reaches the elements that equal it, though the maximum was handed on as an f32. */
import { expect, it } from "vitest";
import { nodeBackends, runOnGpuJs } from "../support/gather.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";

const cases = [
  "max(abs(x * g) over D)",
  "min(x * g over D)",
  "max(abs(standardize(x over D; 1e-5) * g) over D)",
];

it.each(cases.flatMap((text) => nodeBackends.map((backend) => ({ text, backend }))))(
  "$text on $backend",
  async ({ text, backend }) => {
    const source = { path: "", text: `norm A { axes N, D input x[N, D], g[D] y = ${text} output y }` };
    const backward = backwardTrial({
      graph: checkText(source)[0]!.graphs[0]!,
      dims: { x: [9, 300], g: [300] },
      feeds: { x: normals(1, 2700), g: normals(2, 300) },
    });
    const worst = worstGradient(backward, await runOnGpuJs(backward, backend));
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  },
);

/** A spec may call a tensor as the plan would call a value between its kernels: then that value gets another name. */
import { afterAll, describe, expect, it } from "vitest";
import { differentiate } from "../../src/graph/autodiff/differentiate.ts";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { chainKinds, chainText } from "../support/chains.ts";
import { worstDifference } from "../support/compare.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstOnDevice } from "../support/gradients.ts";
import { checkText } from "../support/library.ts";
import { planOf } from "../support/plan.ts";
import { randomTrial } from "../support/shapes.ts";

const opened = await openTestDevices();
afterAll(() => closeTestDevices(opened));
const devices = opened.slice(0, 1);

const extents = { N: [6], D: [8], S: [3] };

/** In each, the input `x` takes the name of every scratch tensor in turn. */
const specs = [
  {
    kind: "a value once a row",
    text: `norm A {
  axes N, D
  input x[N, D]
  m = mean(x over N)
  y = (x - mean(x over D)) * sum((x - m)^2 over N, D) + m
  output y
}`,
    pattern: /^scratch_\d+$/,
  },
  {
    kind: "a state that later kernels read",
    text: `norm A {
  axes N, D
  input x[N, D]
  state s[D] = 0
  y = x - s
  on train { s <- mean(x - s over N) }
  output y
}`,
    pattern: /^next_s$/,
  },
  {
    kind: "values of a long chain",
    text: chainText(chainKinds.axesInTurn, 6),
    pattern: /^scratch_\d+$/,
  },
];

const gradients = [
  {
    kind: "sums over chunks of rows",
    text: `norm A {
  axes N, D
  input x[N, D]
  affine gamma[D] = 1
  y = standardize(x over D; 1e-5) * gamma
  output y
}`,
    pattern: /^sums_\d+_over_N$/,
  },
  {
    kind: "sums over segments of a row",
    text: `norm A {
  axes N, D, S
  input x[N, D, S]
  affine gamma[D] = 1
  y = standardize(x over D, S; 1e-5) * gamma
  output y
}`,
    pattern: /^scratch_\d+$/,
  },
];

const graphOfText = (text: string): Graph => checkText({ path: "case.norm", text })[0]!.graphs[0]!;
const renamed = (text: string, name: string): Graph => graphOfText(text.replace(/\bx\b/g, name));
const scratchOf = (graph: Graph): string[] => planOf(graph).plan.scratch.map((one) => one.name);

describe.each(specs)("$kind", ({ text, pattern }) => {
  const scratch = scratchOf(graphOfText(text));

  it("lies in memory between kernels", () => {
    expect(scratch).not.toEqual([]);
    expect(scratch.filter((one) => !pattern.test(one))).toEqual([]);
  });

  it.each(devices)("on $name", async ({ device }) => {
    for (const name of scratch) {
      const trial = randomTrial(renamed(text, name), extents, {}, 3);
      const worst = await worstDifference(device, trial);
      expect(worst.error, `${name} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });
});

describe.each(gradients)("gradients: $kind", ({ text, pattern }) => {
  const scratch = scratchOf(differentiate(graphOfText(text)));

  it("lies in memory between kernels", () => {
    expect(scratch).not.toEqual([]);
    expect(scratch.filter((one) => !pattern.test(one))).toEqual([]);
  });

  it.each(devices)("on $name", async ({ device }) => {
    for (const name of scratch) {
      const trial = backwardTrial(randomTrial(renamed(text, name), extents, {}, 3));
      const worst = await worstOnDevice(device, trial);
      expect(worst.error, `${name} ${JSON.stringify(worst)}`).toBeLessThanOrEqual(1e-5);
    }
  });
});

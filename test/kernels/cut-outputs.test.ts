/** A kernel never writes more buffers than every device binds: its outputs are cut into several kernels. */
import { afterAll, describe, expect, it } from "vitest";
import type { Graph } from "../../src/graph/tensor/graph.ts";
import { type Trial, worstDifference } from "../support/compare.ts";
import { programOf } from "../support/compiled.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { checkText } from "../support/library.ts";
import { normals } from "../support/random.ts";

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const letters = [..."abcdefghijkl"];
const textOf = (count: number): string => `norm Many {
  axes N, D
  input x[N, D]
  affine gamma[D] = 1
  state  running[N] = 1
  ${letters
    .slice(0, count)
    .map((one, i) => `${one} = (x - mean(x over D)) * gamma * ${i + 1} + running`)
    .join("\n  ")}
  z = mean(x over D)
  on train { running <- 0.5 * running + z }
  output ${[...letters.slice(0, count), "z"].join(", ")}
}
`;

function trialOf(count: number): Trial {
  const { graphs } = checkText({ path: "many.norm", text: textOf(count) })[0];
  const graph = graphs.find((one) => one.mode === "train") as Graph;
  return { graph, dims: { x: [3, 8] }, feeds: { x: normals(3, 24) } };
}

/** The number of storage buffers that each shader binds. */
const boundBy = (trial: Trial): number[] =>
  programOf(trial.graph).kernels.flatMap(({ shaders }) => shaders.map((one) => one.bindings.length));

describe("outputs and bindings", () => {
  it("are within what WebGPU promises", () => {
    expect(Math.max(...boundBy(trialOf(12)))).toBeLessThanOrEqual(8);
  });

  it("leave a kernel whole that has room for its outputs", () => {
    const few = programOf(trialOf(3).graph).kernels.filter(({ row }) => row.join() === "D");
    expect(few).toHaveLength(1);
  });
});

describe.each(devices)("many outputs on $name", ({ device }) => {
  it("are right, and a state is read before it is written", async () => {
    const worst = await worstDifference(device, trialOf(12));
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(1e-5);
  });
});

/** What a forward pass keeps, and the backward pass that reads it, against the oracle's gradients. */
import { afterAll, describe, expect, it } from "vitest";
import { compileSaving } from "../../src/compile/compile-backward.ts";
import { compileGraph, passGraph } from "../../src/compile/passes.ts";
import { divide, joinGradients } from "../../src/graph/autodiff/divide.ts";
import { createNorm } from "../../src/runtime/webgpu/index.ts";
import { closeTestDevices, openTestDevices } from "../support/device.ts";
import { backwardTrial, worstGradient } from "../support/gradients.ts";
import { graphOf, libraryNorms } from "../support/library.ts";
import { normals } from "../support/random.ts";
import { randomTrial } from "../support/shapes.ts";
import { inTurn } from "../support/turns.ts";

/** As for gradients with nothing saved: what is saved is f32, and a mean is saved in two parts. */
const tolerance = 1e-5;

const extents = { N: [3], C: [6], S: [4, 12], D: [96], T: [6], O: [5], F: [16, 12] };

const devices = await openTestDevices();
afterAll(() => closeTestDevices(devices));

const cases = libraryNorms().flatMap((norm) =>
  norm.graphs.flatMap((graph) =>
    (["none", "stats", "output"] as const).flatMap((save) => {
      const made = compileSaving(graph, save);
      if (save === "none" && !("saving" in made)) return [];
      return "reason" in made ? [] : [{ norm: norm.name, mode: graph.mode, save, graph, ...made }];
    }),
  ),
);

describe.each(devices)("gradients from what is saved on $name", (adapter) => {
  const { device } = adapter;
  // The texts are as those with nothing saved, which run everywhere.
  const own = inTurn(cases, adapter, devices);

  // An output that is kept in place of x is rounded: far from zero it does not hold what x did, and no such norm is far.
  it.each(own)("$norm $mode, $save", async ({ graph, saving, backward: { program }, save }) => {
    const params = Object.fromEntries(
      Object.entries({ G: 3, B: 3 }).filter(([one]) => graph.params.some(({ name }) => name === one)),
    );
    const trial = randomTrial(graph, extents, params, 13);
    const [first] = graph.tensors;
    const far = graph.tensors.filter((one) => one === first || (one.role === "state" && one.initial === 0));
    const mean = save === "stats" ? -1e4 : 1;
    const moved = far.map((one) => [one.name, normals(3, trial.feeds[one.name].length, mean)]);
    const feeds = { ...trial.feeds, ...Object.fromEntries(moved) };
    const whole = backwardTrial({ ...trial, feeds });

    const forward = (saving ?? compileGraph(graph)).program;
    const norm = await createNorm(device, forward, { dims: trial.dims, params });
    const known = { ...feeds, ...whole.feeds, ...(await norm.run(feeds)) };
    const dims = { ...Object.fromEntries(norm.dims), ...whole.dims };
    norm.destroy();
    const read = program.tensors.filter(({ role }) => role !== "output" && role !== "scratch");
    const back = await createNorm(device, program, {
      dims: Object.fromEntries(
        read.filter((one) => one.role !== "saved").map((one) => [one.name, dims[one.name]]),
      ),
      params,
    });
    const got = await back.run(Object.fromEntries(read.map((one) => [one.name, known[one.name]])));
    back.destroy();
    const worst = worstGradient(whole, got);
    expect(worst.error, JSON.stringify(worst)).toBeLessThanOrEqual(tolerance);
  });
});

describe("what is kept", () => {
  const saved = (norm: string, mode: "train" | "infer" | null = null): string[] => {
    const graph = graphOf(norm, mode);
    const divided = divide(graph, passGraph(joinGradients(graph)).at(-1)!.graph, "stats");
    if (typeof divided === "string") throw new Error(divided);
    return divided.forward.tensors.flatMap((one) => (one.role === "saved" ? [one.factors.join(" ")] : []));
  };

  it("is a mean in two parts and one rstd a row", () => {
    expect(saved("LayerNorm")).toEqual(["N", "N", "N"]);
    expect(saved("GroupNorm")).toEqual(["N G", "N G", "N G"]);
    expect(saved("BatchNorm", "train")).toEqual(["C", "C", "C"]);
    expect(saved("RMSNorm")).toEqual(["T"]);
  });

  it("is old values of states, whatever is asked for, where the forward pass overwrites them", () => {
    const kept = (norm: string): unknown => {
      const made = compileSaving(graphOf(norm, "train"), "none");
      if ("reason" in made) return made.reason;
      return made.saving?.program.tensors.find(({ role }) => role === "saved")?.values;
    };
    expect(kept("BatchRenorm")).toEqual([["C"], ["C"]]);
    expect(kept("PowerNorm")).toEqual([["C"]]);
    expect(kept("BatchNorm")).toBeUndefined();
  });

  it("is nothing where there are no statistics", () => {
    expect(saved("BatchNorm", "infer")).toEqual([]);
    const made = compileSaving(graphOf("BatchNorm", "infer"), "stats");
    expect(made).not.toHaveProperty("saving");
  });

  it("is the output only where it says as much as the input", () => {
    const reads = (norm: string): string[] | string => {
      const made = compileSaving(graphOf(norm), "output");
      if ("reason" in made) return made.reason;
      return made.backward.program.tensors.flatMap(({ name, role }) => (role === "input" ? [name] : []));
    };
    expect(reads("WeightStandardization")).toEqual(["y", "d_y"]);
    expect(reads("Softmax")).toEqual(["y", "d_y"]);
    expect(reads("AddRMSNorm")).toEqual(["h", "d_y", "d_h"]);
    expect(reads("LayerNorm")).toBe(
      "`y` is a product with `gamma`, which can be zero: `x` cannot be computed from it",
    );
    expect(reads("LogSoftmax")).toBe("no gradient is computed from `y`");
    expect(reads("L2Norm")).toEqual(["y", "d_y"]);
    expect(reads("L1Norm")).toBe("the gradients read `x` itself, not only `y`");
  });
});
